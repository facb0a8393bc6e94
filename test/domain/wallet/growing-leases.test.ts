import { MINUTE_MS, SECOND_MS } from '../../../lambdas/domain/clock';
import { balanceKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { suspendBalance } from '../../../lambdas/domain/wallet/balance/balance';
import type { RollingHold } from '../../../lambdas/domain/wallet/holds/resize-hold';
import {
  HoldNotFound,
  InsufficientFunds,
  LedgerInconsistent,
  WalletSuspended,
  WalletUnavailable,
} from '../../../lambdas/domain/wallet/wallet-errors';
import { AMPLE, OUTAGE, rollOnLease, sweepLeases } from './lease-stage';
import { ACCOUNT, WalletStage } from './wallet-stage';

let stage: WalletStage;
beforeEach(async () => {
  stage = await WalletStage.funded(AMPLE);
});
afterEach(() => stage.expectSound());

/** Extends a hold in vain: the caller learns nothing of the first attempt, and no other one reaches the store. */
async function extendUnknown(hold: RollingHold, wantedPico: bigint, first: 'lost reply' | 'late'): Promise<void> {
  stage.store.plan(first, ...OUTAGE);
  await expect(stage.extend(hold, wantedPico)).rejects.toBeInstanceOf(WalletUnavailable);
  stage.store.clear();
}

const mainBalance = () => stage.engine.get({ table: WALLET, key: balanceKey(ACCOUNT) });

describe('an extension on a lease', () => {
  test('an extension on a lease adds what the lease lacks, and the next request can use what it leaves', async () => {
    const extended = await stage.extend(await rollOnLease(stage), 1_000n);
    expect(extended).toMatchObject({ heldPico: 1_800n, rolling: { ceilingPico: 10_000n } });
    expect(await stage.amounts()).toEqual([AMPLE - 1_800n, 1_800n, 0n]);
    expect(await stage.settle(extended, 1_500n)).toMatchObject({ costPico: 1_500n, overrunPico: 0n });
    expect(await stage.roll(100n, 10_000n)).toMatchObject({
      heldPico: 300n,
      leaseTurn: expect.stringMatching(/#2$/) as string,
    });
    await sweepLeases(stage);
    const [lease] = (await stage.entries()).filter(({ kind }) => kind === 'lease');
    expect(lease).toMatchObject({ heldPico: 1_800n, requests: 1n });
    expect(await stage.amounts()).toEqual([AMPLE - 1_500n, 0n, 1_500n]);
  });

  test('an extension on a lease whose drawer is short fills the drawer if the main balance is ample', async () => {
    const hold = await rollOnLease(stage);
    // The drawer had 6,400, of which the lease took 800.
    expect(await stage.extend(hold, 5_601n)).toMatchObject({ heldPico: 6_401n });
    const main = await mainBalance();
    expect(main?.['availablePico']).toBe(AMPLE - 6_400n - 8n * 5_601n);
  });

  test('an extension on a lease that its drawer does not cover takes the money from the main balance', async () => {
    const hold = await rollOnLease(stage);
    expect(await stage.extend(hold, 10_000n)).toMatchObject({ heldPico: 10_800n });
    const main = await mainBalance();
    expect(main?.['availablePico']).toBe(AMPLE - 6_400n - 10_000n);
    await stage.settle({ ...hold, heldPico: 10_800n }, 9_000n);
    await sweepLeases(stage);
    expect(await stage.amounts()).toEqual([AMPLE - 9_000n, 0n, 9_000n]);
  });

  test('an extension on a lease gets the rest of an account with too little, drawers included', async () => {
    const hold = await rollOnLease(stage, 10n ** 12n);
    expect(await stage.extend(hold, 2n * AMPLE, 1n)).toMatchObject({ heldPico: AMPLE });
    expect(await stage.amounts()).toEqual([0n, AMPLE, 0n]);
    await expect(stage.extend({ ...hold, heldPico: AMPLE }, 1n)).rejects.toBeInstanceOf(InsufficientFunds);
  });

  test('an extension on a lease that the whole account does not cover is refused and changes nothing', async () => {
    const hold = await rollOnLease(stage, 10n ** 12n);
    const refusal = expect(stage.extend(hold, 2n * AMPLE, AMPLE - 799n)).rejects;
    await refusal.toMatchObject({ name: 'InsufficientFunds', availablePico: AMPLE - 800n });
    expect(await stage.amounts()).toEqual([AMPLE - 800n, 800n, 0n]);
  });

  test('an extension on a lease of a suspended account is refused within five seconds', async () => {
    const hold = await rollOnLease(stage);
    await stage.store.write(suspendBalance(ACCOUNT, new Date(stage.now).toISOString()));
    const extended = await stage.extend(hold, 100n);
    stage.now += 5 * SECOND_MS;
    await expect(stage.extend(extended, 100n)).rejects.toBeInstanceOf(WalletSuspended);
    await stage.settle(extended, 900n);
  });

  test('an extension on a lease whose request has ended is refused', async () => {
    const hold = await rollOnLease(stage);
    await stage.settle(hold, 40n);
    await expect(stage.extend(hold, 100n)).rejects.toBeInstanceOf(HoldNotFound);
    await stage.roll(100n, 10_000n);
    await expect(stage.extend(hold, 100n)).rejects.toBeInstanceOf(HoldNotFound);
  });

  test('an extension on a lease that the sweeper has ended is refused', async () => {
    const hold = await rollOnLease(stage);
    await sweepLeases(stage);
    await expect(stage.extend(hold, 100n)).rejects.toBeInstanceOf(HoldNotFound);
    expect(await stage.settle(hold, 40n)).toMatchObject({ outcome: 'adjusted', costPico: 40n });
  });

  test.each(['heldPico', 'requestHeldPico'])(
    'a lease whose %s is less than any growth can have left shows that the ledger is broken',
    async (name) => {
      const hold = await rollOnLease(stage);
      const extended = await stage.extend(hold, 100n);
      const [lease] = await stage.leases();
      const update = { pk: lease?.['pk'] as string, sk: lease?.['sk'] as string };
      const set = (amount: bigint) =>
        stage.engine.write({ table: WALLET, update, change: { set: { [name]: amount } } });
      await set(899n);
      await expect(stage.extend(extended, 100n)).rejects.toBeInstanceOf(LedgerInconsistent);
      await set(900n);
    },
  );

  test('an extension on a lease takes the last money if that is just enough to be of use, and nothing otherwise', async () => {
    const hold = await rollOnLease(stage, 10n ** 12n);
    const leastPico = AMPLE - 800n;
    await expect(stage.extend(hold, AMPLE, leastPico + 1n)).rejects.toBeInstanceOf(InsufficientFunds);
    expect(await stage.extend(hold, AMPLE, leastPico)).toMatchObject({ heldPico: AMPLE });
    expect(await stage.amounts()).toEqual([0n, AMPLE, 0n]);
  });

  test('an extension on a lease that has passed to the next request meanwhile finds no hold', async () => {
    const hold = await rollOnLease(stage);
    stage.store.plan('unreachable', async () => {
      await stage.settle(hold, 40n);
      await stage.roll(100n, 10_000n);
    });
    await expect(stage.extend(hold, 1_000n)).rejects.toBeInstanceOf(HoldNotFound);
    expect(await stage.amounts()).toEqual([AMPLE - 800n, 800n, 0n]);
  });

  test.each(['conflict', 'unreachable', 'lost reply', 'throttled'] as const)(
    'an extension on a lease is made once despite the store fault: %s',
    async (fault) => {
      const hold = await rollOnLease(stage);
      stage.store.plan(fault, fault, fault);
      expect(await stage.extend(hold, 1_000n)).toMatchObject({ heldPico: 1_800n });
      expect(await stage.amounts()).toEqual([AMPLE - 1_800n, 1_800n, 0n]);
    },
  );
});

describe('an extension on a lease of which its caller learns nothing', () => {
  test('an extension on a lease that was committed without a reply counts towards the next one', async () => {
    const hold = await rollOnLease(stage);
    await extendUnknown(hold, 1_000n, 'lost reply');
    expect(await stage.extend(hold, 1_500n, 1_000n)).toMatchObject({ heldPico: 1_800n });
    await extendUnknown({ ...hold, heldPico: 1_800n }, 100n, 'lost reply');
    expect(await stage.extend({ ...hold, heldPico: 1_800n }, 200n)).toMatchObject({ heldPico: 2_000n });
    expect(await stage.amounts()).toEqual([AMPLE - 2_000n, 2_000n, 0n]);
  });

  test('an extension on a lease that met an earlier one without a reply leaves all that it knows to the next request', async () => {
    const hold = await rollOnLease(stage);
    await extendUnknown(hold, 1_000n, 'lost reply');
    await stage.settle(await stage.extend(hold, 1_500n, 1_000n), 40n);
    expect(await stage.roll(100n, 10_000n)).toMatchObject({ heldPico: 1_760n });
  });

  test('an extension on a lease that takes no money, because an earlier one without a reply did, is made once', async () => {
    const hold = await rollOnLease(stage);
    await extendUnknown(hold, 1_000n, 'lost reply');
    await stage.settle(hold, 40n);
    const next = await stage.roll(100n, 10_000n);
    // The first attempt meets the unknown extension, and the second is the one whose reply is lost.
    stage.store.plan('none', 'lost reply', ...OUTAGE);
    await expect(stage.extend(next, 500n)).rejects.toBeInstanceOf(WalletUnavailable);
    stage.store.clear();
    expect(await stage.extend(next, 500n)).toMatchObject({ heldPico: 1_260n });
    expect(await stage.amounts()).toEqual([AMPLE - 1_800n, 1_800n, 0n]);
  });

  test('an extension on a lease without a reply is returned when the process of the lease ends it', async () => {
    const hold = await rollOnLease(stage);
    await extendUnknown(hold, 1_000n, 'lost reply');
    await stage.settle(hold, 40n);
    stage.now += 2 * MINUTE_MS;
    await stage.settle(await stage.roll(100n, 10_000n), 0n);
    expect(await stage.amounts()).toEqual([AMPLE - 840n, 800n, 40n]);
  });

  test('an extension on a lease without a reply pays for the next request on that lease', async () => {
    const hold = await rollOnLease(stage);
    await extendUnknown(hold, 1_000n, 'lost reply');
    await stage.settle(hold, 40n);
    const next = await stage.roll(100n, 10_000n);
    expect(next).toMatchObject({ heldPico: 760n, leaseTurn: expect.stringMatching(/#2$/) as string });
    expect(await stage.extend(next, 500n)).toMatchObject({ heldPico: 1_260n });
    expect(await stage.amounts()).toEqual([AMPLE - 1_800n, 1_800n, 0n]);
  });

  test('an extension that arrives after its lease has passed to the next request does not apply', async () => {
    const hold = await rollOnLease(stage);
    await extendUnknown(hold, 1_000n, 'late');
    await stage.settle(hold, 40n);
    await stage.roll(100n, 10_000n);
    expect(await stage.store.arrive()).toEqual([false]);
    expect(await stage.amounts()).toEqual([AMPLE - 800n, 800n, 0n]);
  });

  test('an extension that arrives after its request has ended is returned with the rest of the lease', async () => {
    const hold = await rollOnLease(stage);
    await extendUnknown(hold, 1_000n, 'late');
    await stage.settle(hold, 40n);
    expect(await stage.store.arrive()).toEqual([true]);
    expect(await stage.amounts()).toEqual([AMPLE - 1_800n, 1_800n, 0n]);
    await sweepLeases(stage);
    expect(await stage.amounts()).toEqual([AMPLE - 40n, 0n, 40n]);
  });

  test('an extension that arrives after a later one has changed the lease does not apply', async () => {
    const hold = await rollOnLease(stage);
    await extendUnknown(hold, 1_000n, 'late');
    await stage.extend(hold, 10n);
    expect(await stage.store.arrive()).toEqual([false]);
    expect(await stage.amounts()).toEqual([AMPLE - 810n, 810n, 0n]);
  });
});

test('a reserve on a lease that arrives again does not take back what its request was extended by since', async () => {
  const first = await rollOnLease(stage);
  await stage.settle(first, 40n);
  stage.store.plan('late');
  const hold = await stage.roll(100n, 10_000n);
  expect(hold.leaseTurn).toMatch(/#2$/);
  const extended = await stage.extend(hold, 1_000n);
  expect(await stage.store.arrive()).toEqual([false]);
  expect(await stage.extend(extended, 10n)).toMatchObject({ heldPico: 1_770n });
});

describe('a lease that grows while it is swept', () => {
  test('a sweep that meets an extension ends the lease with the amount that it then has, and no part stays held', async () => {
    const hold = await rollOnLease(stage);
    stage.now += 2 * MINUTE_MS;
    stage.store.plan(() => stage.extend(hold, 1_000n));
    expect(await stage.wallet.expireDue()).toEqual({ expired: 1, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([AMPLE, 0n, 0n]);
    const entries = await stage.entries();
    expect(entries.find(({ kind }) => kind === 'lease')).toMatchObject({ heldPico: 1_800n });
    expect(entries.find(({ kind }) => kind === 'expire')).toMatchObject({ heldPico: 1_800n });
  });

  test('a sweep that meets an extension and then the settle of the request books the charge', async () => {
    const hold = await rollOnLease(stage);
    stage.now += 2 * MINUTE_MS;
    stage.store.plan(
      () => stage.extend(hold, 1_000n),
      'none',
      () => stage.settle({ ...hold, heldPico: 1_800n }, 1_700n),
    );
    expect(await stage.wallet.expireDue()).toMatchObject({ expired: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([AMPLE - 1_700n, 0n, 1_700n]);
  });

  test('a sweep leaves a lease alone whose request was extended and is still running', async () => {
    stage = await WalletStage.funded(AMPLE);
    stage.holdMs = 16 * MINUTE_MS;
    stage.store.plan('conflict');
    const hold = await stage.roll(100n, 10_000n);
    await stage.extend(hold, 1_000n);
    await sweepLeases(stage);
    expect(await stage.amounts()).toEqual([AMPLE - 1_800n, 1_800n, 0n]);
  });
});
