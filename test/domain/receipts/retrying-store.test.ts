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
let patient: RetryingStore;

beforeEach(() => {
  now = 0;
  waits = [];
  faulty = new FaultyStore(EmbeddedStore.memory({ clock: () => now }));
  patient = new RetryingStore({
    store: faulty,
    clock: () => now,
    random: () => 0.5,
    sleep: async (milliseconds) => {
      waits.push(milliseconds);
      now += milliseconds;
    },
  });
});

test('what the store did not take is written again, after waits that grow', async () => {
  faulty.plan('throttled', 'unreachable', 'lost reply');
  await patient.write({ table: USAGE, put: ITEM });
  expect(await patient.get({ table: USAGE, key: ITEM })).toEqual(ITEM);
  expect(waits).toEqual([25, 50, 100]);
});

test('patience ends within the run', async () => {
  faulty.plan(...Array.from({ length: 200 }, () => 'throttled' as const));
  await expect(patient.write({ table: USAGE, put: ITEM })).rejects.toThrow(StoreUnavailable);
  expect(now).toBeGreaterThan(35_000);
  expect(now).toBeLessThanOrEqual(40_000);
  expect(Math.max(...waits)).toBe(1_000);
});

test('an answer is an answer, also one that refuses', async () => {
  await patient.write({ table: USAGE, put: ITEM, when: absent() });
  await expect(patient.write({ table: USAGE, put: ITEM, when: absent() })).rejects.toThrow(ConditionFailed);
  expect(waits).toEqual([]);
});

test('a transaction is tried once: who sent it may not know whether it was made', async () => {
  faulty.plan('lost reply');
  const writes = [{ table: USAGE, put: ITEM, when: absent() }];
  await expect(patient.transact(writes)).rejects.toThrow(StoreUnavailable);
  await expect(patient.transact(writes)).rejects.toThrow(TransactionCancelled);
});
