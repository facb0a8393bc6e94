import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { balanceKey, SHARDS } from '../../../lambdas/contracts/storage/table-keys';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import type { Balance } from '../../../lambdas/domain/wallet/balance/balance';
import { readPart } from '../../../lambdas/domain/wallet/balance/balance';
import type { Hold } from '../../../lambdas/domain/wallet/holds/hold';
import { ACCOUNT, WalletStage } from './wallet-stage';

const AMPLE = 1_000_000n;
/** What a lease for holds of 100 takes, eight of which fill a drawer. */
const LEASE_PICO = 800n;
const REFILL_PICO = 8n * LEASE_PICO;

const place = (stage: WalletStage, drawer?: string): Promise<Balance | undefined> =>
  readPart(stage.engine, { accountId: ACCOUNT, drawer });

/** The drawers that an account has. */
async function drawersOf(stage: WalletStage): Promise<string[]> {
  const balances = await Promise.all(SHARDS.map((drawer) => place(stage, drawer)));
  return SHARDS.filter((_, index) => balances[index] !== undefined);
}

/** A stage on which a request met others, and so asked for a lease. */
async function contended(fundedPico = AMPLE, fraction = 0.5): Promise<{ stage: WalletStage; hold: Hold }> {
  const stage = new WalletStage();
  stage.fraction = fraction;
  await stage.fund(fundedPico);
  stage.store.plan('conflict');
  return { stage, hold: await stage.reserve(100n) };
}

/** A stage with a drawer, whose account is no longer contended and has no lease. */
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
  ])('is chosen by chance, out of all of them (%d)', async (fraction, drawer) => {
    const { stage } = await contended(AMPLE, fraction);
    expect(await drawersOf(stage)).toEqual([drawer]);
  });

  test('is filled for eight leases', async () => {
    const { stage } = await contended();
    expect(await place(stage, '08')).toMatchObject({
      availablePico: REFILL_PICO - LEASE_PICO,
      heldPico: LEASE_PICO,
      spentPico: 0n,
    });
    expect(await place(stage)).toMatchObject({ availablePico: AMPLE - REFILL_PICO, heldPico: 0n, hasDrawers: true });
  });

  test('is filled with a part of what there is where that is more', async () => {
    const { stage } = await contended(256n * 1_000_000n);
    expect(await place(stage, '08')).toMatchObject({ availablePico: 1_000_000n - LEASE_PICO });
  });

  test('is filled where the main balance could fill all of them, and not where it could not', async () => {
    const leastPico = REFILL_PICO * BigInt(SHARDS.length);
    const ample = await contended(leastPico);
    expect(ample.hold.leaseTurn).toBeDefined();
    const scarce = await contended(leastPico - 1n);
    expect(scarce.hold.leaseTurn).toBeUndefined();
    expect(await drawersOf(scarce.stage)).toEqual([]);
  });

  test('is filled again where its money is leased', async () => {
    const { stage } = await contended();
    for (let lease = 1; lease < 9; lease += 1) await stage.reserve(100n);
    expect(await place(stage, '08')).toMatchObject({
      availablePico: 2n * REFILL_PICO - 9n * LEASE_PICO,
      heldPico: 9n * LEASE_PICO,
    });
    await stage.expectSound();
  });

  test('that another fills at the same moment is filled a moment later', async () => {
    const stage = await WalletStage.funded(AMPLE);
    // The hold, what others are told, the lease that finds its drawer empty, and its filling.
    stage.store.plan('conflict', 'none', 'none', 'conflict');
    expect((await stage.reserve(100n)).leaseTurn).toBeDefined();
    expect(await place(stage)).toMatchObject({ availablePico: AMPLE - REFILL_PICO });
  });

  test('is not filled because the store did not answer', async () => {
    const { stage } = await contended();
    stage.store.plan('unreachable');
    await stage.reserve(100n);
    expect(await place(stage)).toMatchObject({ availablePico: AMPLE - REFILL_PICO });
  });
});

describe('an account’s balance', () => {
  test('is the sum of all its places, and so is the count of its changes', async () => {
    const { stage } = await contended();
    const [main, drawer, sum] = [await place(stage), await place(stage, '08'), await stage.wallet.balance(ACCOUNT)];
    expect(sum).toMatchObject({ availablePico: AMPLE - LEASE_PICO, heldPico: LEASE_PICO, fundedPico: AMPLE });
    expect(sum?.revision).toBe((main?.revision ?? 0n) + (drawer?.revision ?? 0n));
  });

  test('is one item as long as it has no drawers', async () => {
    const stage = await WalletStage.funded(AMPLE);
    const before = stage.store.counts.get;
    await stage.wallet.balance(ACCOUNT);
    expect(stage.store.counts.get - before).toBe(1);
  });
});

describe('where money is scarce, drawers are emptied', () => {
  test('although the store is contended', async () => {
    const stage = await cooled();
    stage.store.plan('none', 'conflict', 'throttled', 'lost reply');
    await stage.reserve(AMPLE);
    expect(await stage.amounts()).toEqual([0n, AMPLE, 0n]);
    await stage.expectSound();
  });

  test('in vain where there is too little all the same, contended or not', async () => {
    const stage = await WalletStage.funded(99n);
    stage.store.plan('conflict');
    await expect(stage.reserve(100n)).rejects.toMatchObject({ name: 'InsufficientFunds', availablePico: 99n });
  });

  test('by one of those that need it: the other goes on with what is there', async () => {
    const stage = await cooled();
    const early = stage.nextRequestId();
    stage.store.plan('none', () => stage.reserve(AMPLE, early));
    await expect(stage.reserve(AMPLE)).rejects.toMatchObject({ name: 'InsufficientFunds', availablePico: 0n });
    expect(await stage.amounts()).toEqual([0n, AMPLE, 0n]);
    await stage.expectSound();
  });

  test('but not where nothing lies in them', async () => {
    const stage = await cooled();
    await stage.reserve(AMPLE);
    const before = stage.store.counts.transact;
    await expect(stage.reserve(1n)).rejects.toMatchObject({ name: 'InsufficientFunds' });
    // The hold that is not covered, before and after looking into the drawers.
    expect(stage.store.counts.transact - before).toBe(2);
  });

  test('but not where there are none: a request is refused after one look', async () => {
    const stage = await WalletStage.funded(100n);
    const before = { ...stage.store.counts };
    await expect(stage.reserve(101n)).rejects.toMatchObject({ name: 'InsufficientFunds' });
    expect(stage.store.counts).toEqual({ ...before, get: before.get + 1, transact: before.transact + 1 });
  });

  test('and what cannot be brought back fails the request', async () => {
    const stage = await cooled();
    const broken = new Error('the disk is on fire');
    stage.store.plan('none', () => Promise.reject(broken));
    await expect(stage.reserve(AMPLE)).rejects.toBe(broken);
  });
});

describe('a late settle', () => {
  /** A hold of 100 that has expired, on an account with this much in its main balance and more in a drawer. */
  async function expired(mainPico: bigint) {
    const stage = await cooled();
    const hold = await stage.reserve(100n);
    await stage.expire();
    const main = await place(stage);
    await stage.reserve((main?.availablePico ?? 0n) - mainPico);
    return { stage, hold };
  }

  test.each([100n, 40n])('leaves drawers as they are where the main balance of %s covers it', async (mainPico) => {
    const { stage, hold } = await expired(mainPico);
    expect(await stage.settle(hold, 40n)).toMatchObject({ outcome: 'adjusted', costPico: 40n });
    expect(await place(stage, '08')).toMatchObject({ availablePico: REFILL_PICO });
    expect(await place(stage)).toMatchObject({ availablePico: mainPico - 40n });
  });

  test('is charged to what lies in drawers where the main balance does not cover it', async () => {
    const { stage, hold } = await expired(39n);
    expect(await stage.settle(hold, 40n)).toEqual({ outcome: 'adjusted', costPico: 40n, overrunPico: 0n });
    expect(await place(stage, '08')).toMatchObject({ availablePico: 0n });
    await stage.expectSound();
  });

  test('does not look for drawers where there are none', async () => {
    const stage = await WalletStage.funded(100n);
    const hold = await stage.reserve(100n);
    await stage.expire();
    await stage.reserve(80n);
    const before = stage.store.counts.get;
    expect(await stage.settle(hold, 40n)).toMatchObject({ costPico: 20n, overrunPico: 20n });
    // The entry that tells how the hold ended, and the balance.
    expect(stage.store.counts.get - before).toBe(2);
  });
});

test('a wallet that is gone has neither a balance nor drawers', async () => {
  const { stage } = await contended();
  await stage.engine.write({ table: WALLET, delete: balanceKey(ACCOUNT) });
  expect(await stage.wallet.balance(ACCOUNT)).toBeUndefined();
});
