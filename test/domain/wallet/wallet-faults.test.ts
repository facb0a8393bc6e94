import { balanceKey } from '../../../lambdas/contracts/storage/table-keys/wallet';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { StoreUnavailable, TransactionCancelled } from '../../../lambdas/domain/table/table-errors';
import { Wallet } from '../../../lambdas/domain/wallet/wallet';
import type { Fault } from './faulty-store';
import { ACCOUNT, WalletStage } from './wallet-stage';

const FAULTS = ['conflict', 'throttled', 'unreachable', 'lost reply'] as const;
const times = (count: number, fault: Fault): Fault[] => Array.from({ length: count }, () => fault);

describe.each(FAULTS)('the wallet despite the store fault: %s', (fault) => {
  test('a payment is credited exactly once despite store faults', async () => {
    const stage = await WalletStage.funded(0n);
    stage.store.plan(...times(3, fault));
    const payment = { accountId: ACCOUNT, amountPico: 700n, paymentId: 'pi_1' };
    expect(await stage.wallet.credit(payment)).toBe('credited');
    expect(await stage.amounts()).toEqual([700n, 0n, 0n]);
  });

  test('a hold is taken exactly once despite store faults', async () => {
    const stage = await WalletStage.funded(1_000n);
    stage.store.plan(...times(5, fault));
    await stage.reserve(600n);
    expect(await stage.amounts()).toEqual([400n, 600n, 0n]);
  });

  test('a hold is charged exactly once despite store faults', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(600n);
    stage.store.plan(...times(9, fault));
    expect(await stage.settle(hold, 250n)).toEqual({ outcome: 'charged', costPico: 250n, overrunPico: 0n });
    expect(await stage.amounts()).toEqual([750n, 0n, 250n]);
  });

  test('an expired hold is adjusted exactly once despite store faults', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(600n);
    await stage.expire();
    // The first transaction finds that the hold is gone; the next ones are the adjustment's.
    stage.store.plan('none', ...times(4, fault));
    expect(await stage.settle(hold, 250n)).toMatchObject({ outcome: 'adjusted', costPico: 250n });
    expect(await stage.amounts()).toEqual([750n, 0n, 250n]);
    await stage.expectSound();
  });

  test('an overdue hold is returned exactly once despite store faults', async () => {
    const stage = await WalletStage.funded(1_000n);
    await stage.reserve(600n);
    stage.store.plan(...times(4, fault));
    expect(await stage.expire()).toMatchObject({ expired: 1, failed: 0 });
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
    await stage.expectSound();
  });
});

test('a late settle charges what is left when another request has just taken the money', async () => {
  const stage = await WalletStage.funded(1_000n);
  const hold = await stage.reserve(600n);
  await stage.expire();
  stage.store.plan('none', () => stage.reserve(900n));
  expect(await stage.settle(hold, 250n)).toEqual({ outcome: 'adjusted', costPico: 100n, overrunPico: 150n });
  expect(await stage.amounts()).toEqual([0n, 900n, 100n]);
  await stage.expectSound();
});

test('a wallet waits between attempts by the system’s timer, unless it is given another one', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date'] });
  try {
    const { engine, store } = new WalletStage();
    const wallet = new Wallet({ store, clock: Date.now, usageRetentionDays: 90, random: () => 0.999 });
    const isOpen = async () => (await engine.get({ table: WALLET, key: balanceKey(ACCOUNT) })) !== undefined;
    store.plan('unreachable');
    const opened = wallet.open(ACCOUNT);
    await jest.advanceTimersByTimeAsync(18);
    expect(await isOpen()).toBe(false);
    await jest.advanceTimersByTimeAsync(2);
    await opened;
    expect(await isOpen()).toBe(true);
  } finally {
    jest.useRealTimers();
  }
});

describe('the wallet’s retries', () => {
  test('a reserve gives up at the end of its total time, including the time of a slow store', async () => {
    const stage = await WalletStage.funded(1_000n);
    const timeout = (): Promise<never> => {
      stage.now += 900;
      return Promise.reject(new StoreUnavailable('ETIMEDOUT'));
    };
    stage.store.plan(timeout, timeout, timeout, timeout);
    await expect(stage.reserve(600n)).rejects.toMatchObject({ name: 'WalletUnavailable' });
    expect(stage.waits).toHaveLength(2);
  });

  test('a reserve that can never succeed is not retried', async () => {
    const stage = await WalletStage.funded(1_000n);
    stage.store.plan(() => Promise.reject(new TransactionCancelled([{ code: 'Conflict' }, { code: 'Invalid' }])));
    await expect(stage.reserve(600n)).rejects.toMatchObject({ name: 'TransactionCancelled' });
    expect(stage.waits).toEqual([]);
  });

  test('a reserve waits longer after each attempt, and less than two seconds in total', async () => {
    const stage = await WalletStage.funded(1_000n);
    stage.store.plan(...times(100, 'conflict'));
    await expect(stage.reserve(600n)).rejects.toMatchObject({ name: 'WalletUnavailable' });
    expect(stage.waits).toEqual([10, 20, 40, 80, 160, 200, 200, 200]);
  });

  test('a settle waits longer than a reserve, but less than eight seconds in total', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(600n);
    stage.store.plan(...times(100, 'throttled'));
    await expect(stage.settle(hold, 1n)).rejects.toMatchObject({ name: 'WalletUnavailable' });
    expect(stage.waits).toHaveLength(12);
    expect(stage.waits.reduce((sum, wait) => sum + wait, 0)).toBeLessThan(8_000);
  });

  test('money that a reserve took before it gave up is returned after the deadline', async () => {
    const stage = await WalletStage.funded(1_000n);
    stage.store.plan('lost reply', ...times(8, 'unreachable'));
    await expect(stage.reserve(600n)).rejects.toMatchObject({ name: 'WalletUnavailable' });
    expect(await stage.amounts()).toEqual([400n, 600n, 0n]);
    await stage.expire();
    expect(await stage.amounts()).toEqual([1_000n, 0n, 0n]);
  });

  test('a settle that is repeated after it gave up returns what the lost attempt charged', async () => {
    const stage = await WalletStage.funded(1_000n);
    const hold = await stage.reserve(600n);
    stage.store.plan('lost reply', ...times(12, 'unreachable'));
    await expect(stage.settle(hold, 250n)).rejects.toMatchObject({ name: 'WalletUnavailable' });
    stage.now += 3_600_000;
    expect(await stage.settle(hold, 250n)).toMatchObject({ outcome: 'already_settled', costPico: 250n });
    expect(await stage.amounts()).toEqual([750n, 0n, 250n]);
  });

  test('a sweep stops when the store is unavailable, and the next sweep continues', async () => {
    const stage = await WalletStage.funded(1_000n);
    await Promise.all([stage.reserve(100n), stage.reserve(100n)]);
    // Both holds are retried until the policy is exhausted.
    stage.store.plan(...times(26, 'unreachable'));
    await expect(stage.expire()).rejects.toMatchObject({ name: 'WalletUnavailable' });
    expect(await stage.expire()).toMatchObject({ expired: 2, failed: 0 });
  });
});
