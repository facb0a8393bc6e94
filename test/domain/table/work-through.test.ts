import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { JOB_CURSORS_PARTITION } from '../../../lambdas/contracts/storage/table-keys/job-cursors';
import { WALLET } from '../../../lambdas/contracts/storage/tables';
import { sortKeyOf } from '../../../lambdas/domain/table/merged-items';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { workThrough } from '../../../lambdas/domain/table/work-through';

const PARTITION = 'debts';
const nameOf = (index: number): string => `acc_${String(index).padStart(5, '0')}`;

let now: number;
let store: TableStore;
const clock = (): number => now;

beforeEach(() => {
  now = Date.parse('2026-12-01T00:00:00Z');
  store = EmbeddedStore.memory({ clock });
});

async function list(count: number): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, index) => nameOf(index));
  for (const sk of names) await store.write({ table: WALLET, put: { pk: PARTITION, sk } });
  return names;
}

/** A run in which each item takes a second, and no item is begun after so many seconds. */
async function run(seconds: number, fails: (name: string) => boolean = () => false): Promise<string[]> {
  const done: string[] = [];
  const until = now + seconds * 1_000;
  await workThrough({ store, clock }, { table: WALLET, partition: PARTITION, until }, (item) => {
    now += 1_000;
    const name = sortKeyOf(item);
    done.push(name);
    return fails(name) ? Promise.reject(new Error(name)) : Promise.resolve();
  });
  return done;
}

test('a job that has too little time for its list reaches each item, one run after the other', async () => {
  const names = await list(250);
  const reached: string[] = [];
  for (let runs = 0; runs < 5; runs += 1) reached.push(...(await run(50)));
  expect(new Set(reached)).toEqual(new Set(names));
});

test('a run that has reached the end of a list is followed by one that begins at its start', async () => {
  await list(30);
  await run(20);
  await run(100);
  const { items } = await store.query({ table: WALLET, partition: JOB_CURSORS_PARTITION });
  expect(items).toEqual([]);
  expect((await run(100))[0]).toBe(nameOf(0));
});

test('an item whose work fails holds up no other one, and its error ends the run', async () => {
  const names = await list(40);
  const reached: string[] = [];
  const failing = workThrough({ store, clock }, { table: WALLET, partition: PARTITION }, (item) => {
    reached.push(sortKeyOf(item));
    return sortKeyOf(item) === nameOf(0) ? Promise.reject(new Error('broken')) : Promise.resolve();
  });
  await expect(failing).rejects.toThrow('broken');
  expect(reached).toEqual(names);
});

test('several items are worked on at once, and no more than sixteen', async () => {
  await list(60);
  let running = 0;
  let most = 0;
  await workThrough({ store, clock }, { table: WALLET, partition: PARTITION }, async () => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  });
  expect(most).toBe(16);
});

test('a list that cannot be read to its end is not taken for a finished one', async () => {
  await list(150);
  await run(20);
  const broken: TableStore = {
    get: (get) => store.get(get),
    write: (write) => store.write(write),
    transact: (writes, token) => store.transact(writes, token),
    query: (query) => (query.after ? Promise.reject(new Error('unread')) : store.query(query)),
  };
  const reading = workThrough({ store: broken, clock }, { table: WALLET, partition: PARTITION }, () =>
    Promise.resolve(),
  );
  await expect(reading).rejects.toThrow('unread');
  expect((await run(100))[0]).not.toBe(nameOf(0));
});
