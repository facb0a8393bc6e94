import { MINUTE_MS, SECOND_MS } from '../../../lambdas/domain/clock';
import { balanceKey } from '../../../lambdas/contracts/storage/table-keys';
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
import { ACCOUNT, outcomeOf, WalletStage } from './wallet-stage';

/** The least that an account needs for leases of 800: sixteen drawers of eight leases. */
const LEAST = 16n * 8n * 800n;
const AMPLE = 1_000_000n;
/** More attempts than any call makes. */
const OUTAGE = Array.from({ length: 20 }, () => 'unreachable' as const);

let stage: WalletStage;
afterEach(() => stage.expectSound());

/** A request on a lease of 800, of a contended account. */
async function rollOnLease(ceilingPico = 10_000n, fundedPico = AMPLE): Promise<RollingHold> {
  stage = await WalletStage.funded(fundedPico);
  stage.store.plan('conflict');
  return stage.roll(100n, ceilingPico);
}

const extend = (hold: RollingHold, wantedPico: bigint, leastPico = wantedPico): Promise<RollingHold> =>
  stage.wallet.extend(hold, { wantedPico, leastPico });

/** Extends a hold in vain: the caller learns nothing of the first attempt, and no other one reaches the store. */
async function extendUnknown(hold: RollingHold, wantedPico: bigint, first: 'lost reply' | 'late'): Promise<void> {
  stage.store.plan(first, ...OUTAGE);
  await expect(extend(hold, wantedPico)).rejects.toBeInstanceOf(WalletUnavailable);
  stage.store.clear();
}

/** Ends all leases that are due, at a time when all are. */
async function sweep(): Promise<void> {
  stage.now += 2 * MINUTE_MS;
  expect(await stage.wallet.expireDue()).toMatchObject({ failed: 0 });
}

const mainBalance = () => stage.engine.get({ table: WALLET, key: balanceKey(ACCOUNT) });

describe('a request on a lease', () => {
  test('a request whose hold rolls counts on all of its lease, up to its ceiling', async () => {
    const first = await rollOnLease();
    expect(first).toMatchObject({ heldPico: 800n, rolling: { ceilingPico: 10_000n } });
    await stage.settle(first, 40n);
    expect(await stage.roll(760n, 10_000n)).toMatchObject({ heldPico: 760n, leaseTurn: expect.stringMatching(/#2$/) });
    const whole = await stage.roll(100n, 300n);
    expect(whole).toMatchObject({ heldPico: 300n, leaseTurn: expect.any(String) });
    expect(whole).not.toHaveProperty('rolling');
    expect(await stage.amounts()).toEqual([AMPLE - 1_600n, 1_600n, 0n]);
  });

  test('a request whose hold rolls costs one write for its reserve and one for its settle, and no read', async () => {
    const first = await rollOnLease();
    await stage.settle(first, 0n);
    const before = { ...stage.store.counts };
    await stage.settle(await stage.roll(100n, 10_000n), 700n);
    const { counts } = stage.store;
    expect(counts).toEqual({ ...before, write: before.write + 2 });
  });

  test('a lease has room for a request if it covers the first hold', async () => {
    const first = await rollOnLease();
    await stage.settle(first, 700n);
    expect(await stage.roll(100n, 10_000n)).toMatchObject({ heldPico: 100n, leaseTurn: expect.stringMatching(/#2$/) });
    expect(await stage.roll(101n, 10_000n)).toMatchObject({ leaseTurn: expect.stringMatching(/#1$/) });
  });

  test('a lease holds eight times the mean charge if that is more than the first hold', async () => {
    const first = await extend(await rollOnLease(), 1_000n);
    await stage.settle(first, 900n);
    await stage.settle(await stage.roll(100n, 10_000n), 100n);
    await stage.roll(800n, 10_000n);
    // The mean follows the latest charges: 900, and then an eighth of the way to 100.
    expect(await stage.roll(100n, 10_000n)).toMatchObject({ heldPico: 8n * 800n });
  });

  test('an account that cannot afford leases of its mean charge gets leases of the first hold', async () => {
    const first = await extend(await rollOnLease(100_000n), 40_000n);
    await stage.settle(first, 40_000n);
    // The rest of the first lease is 800.
    expect(await stage.roll(900n, 100_000n)).toMatchObject({ heldPico: 7_200n, leaseTurn: expect.any(String) });
  });

  test('a request on a lease returns nothing while it runs, because the next one can use it', async () => {
    const hold = await rollOnLease();
    const before = { ...stage.store.counts };
    expect(await stage.wallet.shrink(hold, 500n)).toBe(hold);
    expect(stage.store.counts).toEqual(before);
  });
});

describe('an extension on a lease', () => {
  test('an extension on a lease adds what the lease lacks, and the next request can use what it leaves', async () => {
    const extended = await extend(await rollOnLease(), 1_000n);
    expect(extended).toMatchObject({ heldPico: 1_800n, rolling: { ceilingPico: 10_000n } });
    expect(await stage.amounts()).toEqual([AMPLE - 1_800n, 1_800n, 0n]);
    expect(await stage.settle(extended, 1_500n)).toMatchObject({ costPico: 1_500n, overrunPico: 0n });
    expect(await stage.roll(100n, 10_000n)).toMatchObject({ heldPico: 300n, leaseTurn: expect.stringMatching(/#2$/) });
    await sweep();
    const [lease] = (await stage.entries()).filter(({ kind }) => kind === 'lease');
    expect(lease).toMatchObject({ heldPico: 1_800n, requests: 1n });
    expect(await stage.amounts()).toEqual([AMPLE - 1_500n, 0n, 1_500n]);
  });

  test('an extension on a lease whose drawer is short fills the drawer if the main balance is ample', async () => {
    const hold = await rollOnLease();
    // The drawer had 6,400, of which the lease took 800.
    expect(await extend(hold, 5_601n)).toMatchObject({ heldPico: 6_401n });
    const main = await mainBalance();
    expect(main?.['availablePico']).toBe(AMPLE - 6_400n - 8n * 5_601n);
  });

  test('an extension on a lease that its drawer does not cover takes the money from the main balance', async () => {
    const hold = await rollOnLease();
    expect(await extend(hold, 10_000n)).toMatchObject({ heldPico: 10_800n });
    const main = await mainBalance();
    expect(main?.['availablePico']).toBe(AMPLE - 6_400n - 10_000n);
    await stage.settle({ ...hold, heldPico: 10_800n }, 9_000n);
    await sweep();
    expect(await stage.amounts()).toEqual([AMPLE - 9_000n, 0n, 9_000n]);
  });

  test('an extension on a lease gets the rest of an account with too little, drawers included', async () => {
    const hold = await rollOnLease(10n ** 12n);
    expect(await extend(hold, 2n * AMPLE, 1n)).toMatchObject({ heldPico: AMPLE });
    expect(await stage.amounts()).toEqual([0n, AMPLE, 0n]);
    await expect(extend({ ...hold, heldPico: AMPLE }, 1n)).rejects.toBeInstanceOf(InsufficientFunds);
  });

  test('an extension on a lease that the whole account does not cover is refused and changes nothing', async () => {
    const hold = await rollOnLease(10n ** 12n);
    const refusal = expect(extend(hold, 2n * AMPLE, AMPLE - 799n)).rejects;
    await refusal.toMatchObject({ name: 'InsufficientFunds', availablePico: AMPLE - 800n });
    expect(await stage.amounts()).toEqual([AMPLE - 800n, 800n, 0n]);
  });

  test('an extension on a lease of a suspended account is refused within five seconds', async () => {
    const hold = await rollOnLease();
    await stage.store.write(suspendBalance(ACCOUNT, new Date(stage.now).toISOString()));
    const extended = await extend(hold, 100n);
    stage.now += 5 * SECOND_MS;
    await expect(extend(extended, 100n)).rejects.toBeInstanceOf(WalletSuspended);
    await stage.settle(extended, 900n);
  });

  test('an extension on a lease whose request has ended is refused', async () => {
    const hold = await rollOnLease();
    await stage.settle(hold, 40n);
    await expect(extend(hold, 100n)).rejects.toBeInstanceOf(HoldNotFound);
    await stage.roll(100n, 10_000n);
    await expect(extend(hold, 100n)).rejects.toBeInstanceOf(HoldNotFound);
  });

  test('an extension on a lease that the sweeper has ended is refused', async () => {
    const hold = await rollOnLease();
    await sweep();
    await expect(extend(hold, 100n)).rejects.toBeInstanceOf(HoldNotFound);
    expect(await stage.settle(hold, 40n)).toMatchObject({ outcome: 'adjusted', costPico: 40n });
  });

  test('an amount of a lease that no growth can have left shows that the ledger is broken', async () => {
    const hold = await rollOnLease();
    const extended = await extend(hold, 100n);
    const [lease] = await stage.leases();
    const update = { pk: lease?.['pk'] as string, sk: lease?.['sk'] as string };
    const set = (heldPico: bigint) => stage.engine.write({ table: WALLET, update, change: { set: { heldPico } } });
    await set(899n);
    await expect(extend(extended, 100n)).rejects.toBeInstanceOf(LedgerInconsistent);
    await set(900n);
  });

  test.each(['conflict', 'unreachable', 'lost reply', 'throttled'] as const)(
    'an extension on a lease is made once despite the store fault: %s',
    async (fault) => {
      const hold = await rollOnLease();
      stage.store.plan(fault, fault, fault);
      expect(await extend(hold, 1_000n)).toMatchObject({ heldPico: 1_800n });
      expect(await stage.amounts()).toEqual([AMPLE - 1_800n, 1_800n, 0n]);
    },
  );
});

describe('an extension on a lease of which its caller learns nothing', () => {
  test('an extension on a lease that was committed without a reply counts towards the next one', async () => {
    const hold = await rollOnLease();
    await extendUnknown(hold, 1_000n, 'lost reply');
    expect(await extend(hold, 1_500n, 1_000n)).toMatchObject({ heldPico: 1_800n });
    await extendUnknown({ ...hold, heldPico: 1_800n }, 100n, 'lost reply');
    expect(await extend({ ...hold, heldPico: 1_800n }, 200n)).toMatchObject({ heldPico: 2_000n });
    expect(await stage.amounts()).toEqual([AMPLE - 2_000n, 2_000n, 0n]);
  });

  test('an extension on a lease without a reply is returned when the process of the lease ends it', async () => {
    const hold = await rollOnLease();
    await extendUnknown(hold, 1_000n, 'lost reply');
    await stage.settle(hold, 40n);
    stage.now += 2 * MINUTE_MS;
    await stage.settle(await stage.roll(100n, 10_000n), 0n);
    expect(await stage.amounts()).toEqual([AMPLE - 840n, 800n, 40n]);
  });

  test('an extension on a lease without a reply pays for the next request on that lease', async () => {
    const hold = await rollOnLease();
    await extendUnknown(hold, 1_000n, 'lost reply');
    await stage.settle(hold, 40n);
    const next = await stage.roll(100n, 10_000n);
    expect(next).toMatchObject({ heldPico: 760n, leaseTurn: expect.stringMatching(/#2$/) });
    expect(await extend(next, 500n)).toMatchObject({ heldPico: 1_260n });
    expect(await stage.amounts()).toEqual([AMPLE - 1_800n, 1_800n, 0n]);
  });

  test('an extension that arrives after its lease has passed to the next request does not apply', async () => {
    const hold = await rollOnLease();
    await extendUnknown(hold, 1_000n, 'late');
    await stage.settle(hold, 40n);
    await stage.roll(100n, 10_000n);
    expect(await stage.store.arrive()).toEqual([false]);
    expect(await stage.amounts()).toEqual([AMPLE - 800n, 800n, 0n]);
  });

  test('an extension that arrives after its request has ended is returned with the rest of the lease', async () => {
    const hold = await rollOnLease();
    await extendUnknown(hold, 1_000n, 'late');
    await stage.settle(hold, 40n);
    expect(await stage.store.arrive()).toEqual([true]);
    expect(await stage.amounts()).toEqual([AMPLE - 1_800n, 1_800n, 0n]);
    await sweep();
    expect(await stage.amounts()).toEqual([AMPLE - 40n, 0n, 40n]);
  });

  test('an extension that arrives after a later one has changed the lease does not apply', async () => {
    const hold = await rollOnLease();
    await extendUnknown(hold, 1_000n, 'late');
    await extend(hold, 10n);
    expect(await stage.store.arrive()).toEqual([false]);
    expect(await stage.amounts()).toEqual([AMPLE - 810n, 810n, 0n]);
  });
});

test('a reserve on a lease that arrives again does not take back what its request was extended by since', async () => {
  const first = await rollOnLease();
  await stage.settle(first, 40n);
  stage.store.plan('late');
  const hold = await stage.roll(100n, 10_000n);
  expect(hold.leaseTurn).toMatch(/#2$/);
  const extended = await extend(hold, 1_000n);
  expect(await stage.store.arrive()).toEqual([false]);
  expect(await extend(extended, 10n)).toMatchObject({ heldPico: 1_770n });
});

describe('a lease that grows while it is swept', () => {
  test('a sweep that meets an extension ends the lease with the amount that it then has, and no part stays held', async () => {
    const hold = await rollOnLease();
    stage.now += 2 * MINUTE_MS;
    stage.store.plan(() => extend(hold, 1_000n));
    expect(await stage.wallet.expireDue()).toEqual({ expired: 1, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([AMPLE, 0n, 0n]);
    const entries = await stage.entries();
    expect(entries.find(({ kind }) => kind === 'lease')).toMatchObject({ heldPico: 1_800n });
    expect(entries.find(({ kind }) => kind === 'expire')).toMatchObject({ heldPico: 1_800n });
  });

  test('a sweep that meets an extension and then the settle of the request books the charge', async () => {
    const hold = await rollOnLease();
    stage.now += 2 * MINUTE_MS;
    stage.store.plan(
      () => extend(hold, 1_000n),
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
    await extend(hold, 1_000n);
    await sweep();
    expect(await stage.amounts()).toEqual([AMPLE - 1_800n, 1_800n, 0n]);
  });
});

describe('a charge above what a request on a lease counts on', () => {
  test('a report above the hold grows the lease first, up to the ceiling', async () => {
    const hold = await rollOnLease(1_000n);
    expect(await stage.settle(hold, 1_200n)).toEqual({ outcome: 'charged', costPico: 1_000n, overrunPico: 200n });
    await sweep();
    expect(await stage.amounts()).toEqual([AMPLE - 1_000n, 0n, 1_000n]);
  });

  test('a report above the hold takes all that the account has, and the rest is the operator’s loss', async () => {
    const hold = await rollOnLease(10n ** 12n, LEAST);
    const overrunPico = 7n;
    expect(await stage.settle(hold, LEAST + overrunPico)).toEqual({ outcome: 'charged', costPico: LEAST, overrunPico });
    await sweep();
    expect(await stage.amounts()).toEqual([0n, 0n, LEAST]);
  });

  test('an estimate above the hold grows no lease', async () => {
    const hold = await rollOnLease();
    const settled = await stage.settle(hold, 1_200n, { estimated: true });
    expect(settled).toEqual({ outcome: 'charged', costPico: 800n, overrunPico: 400n });
    expect(await stage.amounts()).toEqual([AMPLE - 800n, 800n, 0n]);
  });

  test('a report above the hold is charged up to the hold if the lease cannot grow now', async () => {
    const hold = await rollOnLease();
    stage.store.plan(...OUTAGE.slice(0, 9));
    expect(await stage.settle(hold, 1_200n)).toEqual({ outcome: 'charged', costPico: 800n, overrunPico: 400n });
    // The account was not short of money.
    expect(await mainBalance()).not.toHaveProperty('lossUntil');
  });

  test('a report above the hold is charged once, even if it is settled again', async () => {
    const hold = await rollOnLease();
    expect(await stage.settle(hold, 1_200n)).toMatchObject({ outcome: 'charged', costPico: 1_200n });
    expect(await stage.settle(hold, 1_200n)).toMatchObject({ outcome: 'already_settled', costPico: 1_200n });
  });
});

describe('an account on leases that ran short', () => {
  /** Whether the next request holds all that it can cost. */
  async function holdsWorstCase(): Promise<boolean> {
    const hold = await stage.reserve(100n, undefined, ACCOUNT, { ceilingPico: 20_000n });
    await stage.release(hold);
    expect(hold.leaseTurn).toBeDefined();
    return hold.heldPico === 20_000n && hold.rolling === undefined;
  }

  test('a cut on a lease makes the account hold its worst case for a minute', async () => {
    const hold = await rollOnLease();
    const record = outcomeOf(hold);
    await stage.wallet.settle({ hold, kind: 'charge', costPico: 800n, record, shortOf: 'account' });
    stage.holdMs = 16 * MINUTE_MS;
    expect(await mainBalance()).toMatchObject({ cutUntil: BigInt(stage.now + MINUTE_MS) });
    await expect(stage.roll(100n, 20_000n)).rejects.toMatchObject({ name: 'WorstCaseRequired' });
    stage.now += MINUTE_MS;
    expect(await stage.roll(100n, 20_000n)).toMatchObject({
      leaseTurn: expect.any(String),
      rolling: expect.anything(),
    });
  });

  test('a loss on a lease makes the account hold its worst case for a day, on leases too', async () => {
    const hold = await rollOnLease(10n ** 12n, LEAST);
    await stage.settle(hold, LEAST + 1n);
    await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 1_000n * AMPLE, paymentId: 'pi_more' });
    expect(await holdsWorstCase()).toBe(true);
  });

  test('a request that costs more than its ceiling, all of which its lease covered, is no loss of the account’s', async () => {
    const hold = await rollOnLease(500n);
    expect(await stage.settle(hold, 600n)).toMatchObject({ costPico: 500n, overrunPico: 100n });
    expect(await mainBalance()).not.toHaveProperty('lossUntil');
  });

  test('an account that is set to worst-case gets whole holds on leases within five seconds', async () => {
    const hold = await rollOnLease();
    await stage.settle(hold, 0n);
    await stage.wallet.credit({ accountId: ACCOUNT, amountPico: 100n * AMPLE, paymentId: 'pi_more' });
    await stage.accounts.setHolds({ accountId: ACCOUNT, holds: 'worst-case', actor: { kind: 'deployment' } });
    stage.now += 5 * SECOND_MS;
    expect(await holdsWorstCase()).toBe(true);
  });

  test('a settle on a lease does not fail when the shortage cannot be noted', async () => {
    const hold = await rollOnLease();
    stage.store.plan('none', ...OUTAGE);
    const record = outcomeOf(hold);
    const settled = await stage.wallet.settle({ hold, kind: 'charge', costPico: 8n, record, shortOf: 'account' });
    expect(settled).toMatchObject({ outcome: 'charged', costPico: 8n });
    stage.store.clear();
    expect(await stage.roll(100n, 10_000n)).toMatchObject({ heldPico: 792n });
  });
});
