import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { usageRecordKey } from '../../../lambdas/contracts/storage/table-keys/usage';
import { USAGE } from '../../../lambdas/contracts/storage/tables';
import { ConditionFailed, TransactionCancelled } from '../../../lambdas/domain/table/table-errors';
import type { Hold } from '../../../lambdas/domain/wallet/holds/hold';
import { ACCOUNT, outcomeOf, WalletStage } from './wallet-stage';

const AMPLE = 1_000_000n;

/** Reserves on a lease of eight times 100, which is due in two minutes. */
async function leased(holdMs = MINUTE_MS): Promise<{ stage: WalletStage; hold: Hold }> {
  const stage = new WalletStage();
  stage.holdMs = holdMs;
  await stage.fund(AMPLE);
  stage.store.plan('conflict');
  return { stage, hold: await stage.reserve(100n) };
}

describe('a lease that is due', () => {
  test('a due lease is left alone as long as its request may run, and ends with it at its deadline', async () => {
    const { stage, hold } = await leased(5 * MINUTE_MS);
    stage.now = hold.deadline - 1;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 0, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([AMPLE - 800n, 800n, 0n]);
    stage.now = hold.deadline;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 1, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([AMPLE, 0n, 0n]);
    await stage.expectSound();
  });

  test('a due lease whose request has ended ends before the deadline of the request', async () => {
    const { stage, hold } = await leased(5 * MINUTE_MS);
    await stage.settle(hold, 40n);
    stage.now += 2 * MINUTE_MS;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 0, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([AMPLE - 40n, 0n, 40n]);
    await stage.expectSound();
  });

  test('a sweep of everything ends a lease together with its request', async () => {
    const { stage } = await leased(5 * MINUTE_MS);
    expect(await stage.wallet.expireDue({ everything: true })).toEqual({ expired: 1, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([AMPLE, 0n, 0n]);
  });

  test('a lease that another sweep ends first counts as expired for that sweep only', async () => {
    const { stage } = await leased();
    stage.now += 8 * MINUTE_MS;
    const first: unknown[] = [];
    stage.store.plan(async () => first.push(await stage.wallet.expireDue()));
    expect(await stage.wallet.expireDue()).toEqual({ expired: 0, overdue: 1, failed: 0 });
    expect(first).toEqual([{ expired: 1, overdue: 1, failed: 0 }]);
    expect(await stage.amounts()).toEqual([AMPLE, 0n, 0n]);
  });

  test('a due lease is charged for a request that ends just before the sweep', async () => {
    const { stage, hold } = await leased();
    stage.now += 2 * MINUTE_MS;
    stage.store.plan(() => stage.settle(hold, 40n));
    expect(await stage.wallet.expireDue()).toEqual({ expired: 0, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([AMPLE - 40n, 0n, 40n]);
    await stage.expectSound();
  });

  test.each([
    ['its last request has ended', 4 * MINUTE_MS, 9 * MINUTE_MS],
    ['it was due, if its last request had ended by then', 1 * MINUTE_MS, 7 * MINUTE_MS],
  ])('a lease is overdue five minutes after %s', async (_when, durationMs, overdueMs) => {
    for (const [late, overdue] of [
      [0, 0],
      [1, 1],
    ] as const) {
      const { stage, hold } = await leased(5 * MINUTE_MS);
      await stage.wallet.settle({ hold, kind: 'charge', costPico: 1n, record: { ...outcomeOf(hold), durationMs } });
      stage.now += overdueMs + late;
      expect(await stage.wallet.expireDue()).toEqual({ expired: 0, overdue, failed: 0 });
    }
  });
});

describe('a request on a lease', () => {
  test('a released request on a lease is charged nothing, and repeating the release returns the same result', async () => {
    const { stage, hold } = await leased();
    expect(await stage.release(hold)).toEqual({ outcome: 'released', costPico: 0n, overrunPico: 0n });
    expect(await stage.release(hold)).toEqual({ outcome: 'already_settled', costPico: 0n, overrunPico: 0n });
    expect(await stage.usage.get(ACCOUNT, hold.requestId)).toMatchObject({ status: 'provider_error', costPico: 0n });
  });

  test('a request on a lease that is settled again returns the recorded charge and overrun', async () => {
    const { stage, hold } = await leased();
    await stage.settle(hold, 130n);
    expect(await stage.settle(hold, 130n)).toEqual({ outcome: 'already_settled', costPico: 100n, overrunPico: 30n });
    await expect(stage.settle(hold, 70n)).rejects.toMatchObject({ costPico: 100n, overrunPico: 30n });
  });

  test('a settle that gave up keeps its lease, which serves the next request once a later settle succeeds', async () => {
    const { stage, hold } = await leased();
    stage.store.plan(...Array.from({ length: 13 }, () => 'unreachable' as const));
    await expect(stage.settle(hold, 40n)).rejects.toMatchObject({ name: 'WalletUnavailable' });
    expect(await stage.settle(hold, 40n)).toMatchObject({ outcome: 'charged' });
    expect((await stage.reserve(100n)).leaseTurn).toMatch(/#2$/);
    await stage.expectSound();
  });

  test('a settle that was refused for good leaves its lease to the sweeper', async () => {
    const { stage, hold } = await leased();
    const record = outcomeOf(hold);
    const settle = () => stage.wallet.settle({ hold, kind: 'charge', costPico: -1n, record });
    await expect(settle()).rejects.toBeInstanceOf(RangeError);
    await stage.settle(hold, 40n);
    expect((await stage.reserve(100n)).leaseTurn).toMatch(/#1$/);
    await stage.expectSound();
  });

  test('a request on a lease is booked to the turn that it was charged to, and not again to a later turn', async () => {
    const { stage, hold } = await leased();
    await stage.settle(hold, 40n);
    const again = await stage.reserve(100n, hold.requestId);
    await stage.settle(again, 40n);
    await stage.reserve(100n);
    stage.now += 2 * MINUTE_MS;
    await stage.wallet.expireDue();
    expect(await stage.amounts()).toEqual([AMPLE - 40n, 0n, 40n]);
    await stage.expectSound();
  });

  test('a settle on a lease fails with the store’s error if no record explains the refusal', async () => {
    const { stage, hold } = await leased();
    stage.store.plan(() => Promise.reject(new ConditionFailed(undefined)));
    await expect(stage.settle(hold, 40n)).rejects.toMatchObject({ name: 'ConditionFailed' });
  });
});

describe('a hold whose request has ended on a lease', () => {
  /** Makes a request with a live hold of its own, whose usage record says that a lease was charged. */
  async function endedOnLease() {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    const put = { ...usageRecordKey(ACCOUNT, hold.requestId), leaseTurn: 'lease_1#1' };
    await stage.engine.write({ table: USAGE, put });
    return { stage, hold };
  }

  test('a hold whose request ended on a lease is returned by the sweep, which does not count it as expired', async () => {
    const { stage } = await endedOnLease();
    expect(await stage.expire()).toEqual({ expired: 0, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
  });

  test.each(['conflict', 'unreachable', 'lost reply'] as const)(
    'a hold whose request ended on a lease is returned once despite the store fault: %s',
    async (fault) => {
      const { stage } = await endedOnLease();
      stage.store.plan('none', fault, fault);
      expect(await stage.expire()).toEqual({ expired: 0, overdue: 0, failed: 0 });
      expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
    },
  );

  test('a hold whose request ended on a lease is returned once by two concurrent sweeps', async () => {
    const { stage } = await endedOnLease();
    stage.store.plan('none', () => stage.wallet.expireDue());
    expect(await stage.expire()).toEqual({ expired: 0, overdue: 0, failed: 0 });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
  });
});

test('a settle that the store refuses without a recorded end fails as an inconsistent ledger', async () => {
  const stage = await WalletStage.funded(1_000n);
  const failed = { code: 'ConditionFailed', item: undefined } as const;
  for (const reasons of [
    [undefined, failed],
    [undefined, undefined, failed],
  ]) {
    const hold = await stage.reserve(10n);
    stage.store.plan(() => Promise.reject(new TransactionCancelled(reasons)));
    await expect(stage.settle(hold, 1n)).rejects.toMatchObject({ name: 'LedgerInconsistent' });
  }
});

describe('the record of an expired request', () => {
  test('the record of an expired request is complete, with no usage and a duration until the sweep', async () => {
    const stage = await WalletStage.funded(1_000n);
    const { requestId, accountId, request } = await stage.reserve(400n);
    stage.now += 30_000;
    await stage.expire();
    expect(await stage.usage.get(ACCOUNT, requestId)).toEqual({
      requestId,
      accountId,
      ...request,
      status: 'expired',
      httpStatus: 0,
      usage: {},
      estimated: false,
      costPico: 0n,
      overrunPico: 0n,
      durationMs: 90_000,
    });
  });

  test('the duration of an expired request is never negative, whatever the sweeper’s clock says', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    stage.now -= 30_000;
    await stage.wallet.expireDue({ now: hold.deadline });
    expect(await stage.usage.get(ACCOUNT, hold.requestId)).toMatchObject({ status: 'expired', durationMs: 0 });
  });
});

test('a hold is overdue when it is swept more than five minutes after its deadline', async () => {
  for (const [late, overdue] of [
    [0, 0],
    [1, 1],
  ] as const) {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(400n);
    stage.now = hold.deadline + 5 * MINUTE_MS + late;
    expect(await stage.wallet.expireDue()).toEqual({ expired: 1, overdue, failed: 0 });
  }
});
