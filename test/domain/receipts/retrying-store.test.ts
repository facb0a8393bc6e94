import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { USAGE } from '../../../lambdas/contracts/storage/tables';
import { RetryingStore } from '../../../lambdas/domain/receipts/retrying-store';
import { absent } from '../../../lambdas/domain/table/condition';
import { ConditionFailed, StoreUnavailable, TransactionCancelled } from '../../../lambdas/domain/table/table-errors';
import { FaultyStore } from '../wallet/faulty-store';

const ITEM = { pk: 'a partition', sk: 'an item' };

let now: number;
let waits: number[];
let faulty: FaultyStore;
let retrying: RetryingStore;

beforeEach(() => {
  now = 0;
  waits = [];
  faulty = new FaultyStore(EmbeddedStore.memory({ clock: () => now }));
  retrying = new RetryingStore({
    store: faulty,
    clock: () => now,
    random: () => 0.5,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
      now += milliseconds;
    },
  });
});

test('a failed write is retried with growing waits', async () => {
  faulty.plan('throttled', 'unreachable', 'lost reply');
  await retrying.write({ table: USAGE, put: ITEM });
  expect(await retrying.get({ table: USAGE, key: ITEM })).toEqual(ITEM);
  expect(waits).toEqual([25, 50, 100]);
});

test('retries end before the sealer’s next run', async () => {
  faulty.plan(...Array.from({ length: 200 }, () => 'throttled' as const));
  await expect(retrying.write({ table: USAGE, put: ITEM })).rejects.toThrow(StoreUnavailable);
  expect(now).toBeGreaterThan(35_000);
  expect(now).toBeLessThanOrEqual(40_000);
  expect(Math.max(...waits)).toBe(1_000);
});

test('a failed condition is not retried', async () => {
  await retrying.write({ table: USAGE, put: ITEM, when: absent() });
  await expect(retrying.write({ table: USAGE, put: ITEM, when: absent() })).rejects.toThrow(ConditionFailed);
  expect(waits).toEqual([]);
});

test('a transaction is not retried', async () => {
  faulty.plan('lost reply');
  const writes = [{ table: USAGE, put: ITEM, when: absent() }];
  await expect(retrying.transact(writes)).rejects.toThrow(StoreUnavailable);
  await expect(retrying.transact(writes)).rejects.toThrow(TransactionCancelled);
});
