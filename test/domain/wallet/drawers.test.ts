import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { SHARDS } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { balanceKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import type { Balance } from '../../../lambdas/domain/wallet/balance/balance';
import { readPart } from '../../../lambdas/domain/wallet/balance/balance';
import type { Hold } from '../../../lambdas/domain/wallet/holds/hold';
import { ACCOUNT, WalletStage } from './wallet-stage';

const AMPLE = 1_000_000n;
/** The size of a lease for holds of 100. A drawer is filled for eight leases. */
const LEASE_PICO = 800n;
const REFILL_PICO = 8n * LEASE_PICO;

const partOf = (stage: WalletStage, drawer?: string): Promise<Balance | undefined> =>
  readPart(stage.engine, { accountId: ACCOUNT, drawer });

/** The names of the account's drawers. */
async function drawersOf(stage: WalletStage): Promise<string[]> {
  const balances = await Promise.all(SHARDS.map((drawer) => partOf(stage, drawer)));
  return SHARDS.filter((_, index) => balances[index] !== undefined);
}

/** A stage on which a request met contention, so it asked for a lease. */
async function contended(fundedPico = AMPLE, fraction = 0.5): Promise<{ stage: WalletStage; hold: Hold }> {
  const stage = new WalletStage();
  stage.fraction = fraction;
  await stage.fund(fundedPico);
  stage.store.plan('conflict');
  return { stage, hold: await stage.reserve(100n) };
}

/** A stage whose account has a drawer but no lease, and is no longer contended. */
async function cooled(): Promise<WalletStage> {
  const { stage, hold } = await contended();
  await stage.release(hold);
  stage.now += 2 * MINUTE_MS;
  await stage.wallet.expireDue();
  stage.now += 10 * MINUTE_MS;
  return stage;
}

describe('a drawer', () => {
  test.each([
    [0, '00'],
    [0.5, '08'],
    [0.999, '15'],
  ])('a drawer is chosen at random from all drawers (%d)', async (fraction, drawer) => {
    const { stage } = await contended(AMPLE, fraction);
    expect(await drawersOf(stage)).toEqual([drawer]);
  });

  test('a drawer is filled with enough money for eight leases', async () => {
    const { stage } = await contended();
    expect(await partOf(stage, '08')).toMatchObject({
      availablePico: REFILL_PICO - LEASE_PICO,
      heldPico: LEASE_PICO,
      spentPico: 0n,
    });
    expect(await partOf(stage)).toMatchObject({ availablePico: AMPLE - REFILL_PICO, heldPico: 0n, hasDrawers: true });
  });

  test('a drawer of a rich account is filled with a fraction of the main balance, if that is more', async () => {
    const { stage } = await contended(256n * 1_000_000n);
    expect(await partOf(stage, '08')).toMatchObject({ availablePico: 1_000_000n - LEASE_PICO });
  });

  test('a drawer is filled only if the main balance could fill all drawers', async () => {
    const leastPico = REFILL_PICO * BigInt(SHARDS.length);
    const ample = await contended(leastPico);
    expect(ample.hold.leaseTurn).toBeDefined();
    const scarce = await contended(leastPico - 1n);
    expect(scarce.hold.leaseTurn).toBeUndefined();
    expect(await drawersOf(scarce.stage)).toEqual([]);
  });

  test('a drawer is refilled when all its money is leased', async () => {
    const { stage } = await contended();
    for (let lease = 1; lease < 9; lease += 1) await stage.reserve(100n);
    expect(await partOf(stage, '08')).toMatchObject({
      availablePico: 2n * REFILL_PICO - 9n * LEASE_PICO,
      heldPico: 9n * LEASE_PICO,
    });
    await stage.expectSound();
  });

  test('a drawer that another request is filling is filled by the next attempt', async () => {
    const stage = await WalletStage.funded(AMPLE);
    // The faults are for the hold, the mark for other processes, the lease that finds its drawer empty, and the refill.
    stage.store.plan('conflict', 'none', 'none', 'conflict');
    expect((await stage.reserve(100n)).leaseTurn).toBeDefined();
    expect(await partOf(stage)).toMatchObject({ availablePico: AMPLE - REFILL_PICO });
  });

  test('a drawer is not refilled when the store does not answer', async () => {
    const { stage } = await contended();
    stage.store.plan('unreachable');
    await stage.reserve(100n);
    expect(await partOf(stage)).toMatchObject({ availablePico: AMPLE - REFILL_PICO });
  });
});

describe('an account’s balance', () => {
  test('an account’s balance is the sum of its main balance and its drawers, and so is its revision', async () => {
    const { stage } = await contended();
    const [main, drawer, sum] = [await partOf(stage), await partOf(stage, '08'), await stage.wallet.balance(ACCOUNT)];
    expect(sum).toMatchObject({ availablePico: AMPLE - LEASE_PICO, heldPico: LEASE_PICO, fundedPico: AMPLE });
    expect(sum?.revision).toBe((main?.revision ?? 0n) + (drawer?.revision ?? 0n));
  });

  test('an account’s balance takes one read as long as there are no drawers', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const before = stage.store.counts.get;
    await stage.wallet.balance(ACCOUNT);
    expect(stage.store.counts.get - before).toBe(1);
  });
});

describe('emptying the drawers when money is scarce', () => {
  test('drawers are emptied for a hold that needs their money, even if the store is contended', async () => {
    const stage = await cooled();
    stage.store.plan('none', 'conflict', 'throttled', 'lost reply');
    await stage.reserve(AMPLE);
    expect(await stage.amounts()).toEqual([0n, AMPLE, 0n]);
    await stage.expectSound();
  });

  test('a contended account with too little money is still refused for insufficient funds', async () => {
    const stage = await WalletStage.funded(99n);
    stage.store.plan('conflict');
    await expect(stage.reserve(100n)).rejects.toMatchObject({ name: 'InsufficientFunds', availablePico: 99n });
  });

  test('drawers are emptied by one of two concurrent requests, and the other continues with what is left', async () => {
    const stage = await cooled();
    const early = stage.nextRequestId();
    stage.store.plan('none', () => stage.reserve(AMPLE, early));
    await expect(stage.reserve(AMPLE)).rejects.toMatchObject({ name: 'InsufficientFunds', availablePico: 0n });
    expect(await stage.amounts()).toEqual([0n, AMPLE, 0n]);
    await stage.expectSound();
  });

  test('empty drawers are left alone', async () => {
    const stage = await cooled();
    await stage.reserve(AMPLE);
    const before = stage.store.counts.transact;
    await expect(stage.reserve(1n)).rejects.toMatchObject({ name: 'InsufficientFunds' });
    // The uncovered hold is tried before and after looking into the drawers.
    expect(stage.store.counts.transact - before).toBe(2);
  });

  test('an account without drawers is refused after one read', async () => {
    const stage = await WalletStage.funded(100n);
    const before = { ...stage.store.counts };
    await expect(stage.reserve(101n)).rejects.toMatchObject({ name: 'InsufficientFunds' });
    expect(stage.store.counts).toEqual({ ...before, get: before.get + 1, transact: before.transact + 1 });
  });

  test('an error while emptying the drawers fails the request', async () => {
    const stage = await cooled();
    const broken = new Error('the disk is on fire');
    stage.store.plan('none', () => Promise.reject(broken));
    await expect(stage.reserve(AMPLE)).rejects.toBe(broken);
  });
});

describe('a late settle', () => {
  /** Expires a hold of 100 on an account with `mainPico` in its main balance and more in a drawer. */
  async function expired(mainPico: bigint) {
    const stage = await cooled();
    const hold = await stage.reserve(100n);
    await stage.expire();
    const main = await partOf(stage);
    await stage.reserve((main?.availablePico ?? 0n) - mainPico);
    return { stage, hold };
  }

  test.each([100n, 40n])(
    'a late settle does not touch the drawers if the main balance of %s covers it',
    async (mainPico) => {
      const { stage, hold } = await expired(mainPico);
      expect(await stage.settle(hold, 40n)).toMatchObject({ outcome: 'adjusted', costPico: 40n });
      expect(await partOf(stage, '08')).toMatchObject({ availablePico: REFILL_PICO });
      expect(await partOf(stage)).toMatchObject({ availablePico: mainPico - 40n });
    },
  );

  test('a late settle is charged to the drawers if the main balance does not cover it', async () => {
    const { stage, hold } = await expired(39n);
    expect(await stage.settle(hold, 40n)).toEqual({ outcome: 'adjusted', costPico: 40n, overrunPico: 0n });
    expect(await partOf(stage, '08')).toMatchObject({ availablePico: 0n });
    await stage.expectSound();
  });

  test('a late settle on an account without drawers does not look for any', async () => {
    const stage = await WalletStage.funded(100n);
    const hold = await stage.reserve(100n);
    await stage.expire();
    await stage.reserve(80n);
    const before = stage.store.counts.get;
    expect(await stage.settle(hold, 40n)).toMatchObject({ costPico: 20n, overrunPico: 20n });
    // The two reads are the entry that tells how the hold ended, and the balance.
    expect(stage.store.counts.get - before).toBe(2);
  });
});

test('a deleted wallet has no balance, even if it had drawers', async () => {
  const { stage } = await contended();
  await stage.engine.write({ table: WALLET, delete: balanceKey(ACCOUNT) });
  expect(await stage.wallet.balance(ACCOUNT)).toBeUndefined();
});
