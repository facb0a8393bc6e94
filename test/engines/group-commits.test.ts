import { setImmediate as nextTurn } from 'node:timers/promises';
import { Database } from '../../lambdas/adapters/embedded/database';
import { GroupCommits } from '../../lambdas/adapters/embedded/group-commits';
import { StoreUnavailable } from '../../lambdas/domain/table/table-errors';

/** The most transactions in one commit. */
const GROUP_MAX = 100;
const COUNTER = { pk: 'p', sk: 'counter' };

/** A flush that a test ends, with or without an error. */
interface Flush {
  readonly succeed: () => void;
  readonly fail: (error: Error) => void;
}

let database: Database;
let flushes: Flush[];
let commits: GroupCommits;
let committed: number;
let published: number[];
let settled: string[];
beforeEach(() => {
  database = Database.memory();
  flushes = [];
  committed = 0;
  published = [];
  settled = [];
  commits = new GroupCommits({
    database,
    flush: () => {
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      flushes.push({ succeed: () => resolve(undefined), fail: reject });
      return promise;
    },
    onCommit: () => {
      committed += 1;
    },
  });
});
afterEach(async () => {
  for (const { succeed } of flushes) succeed();
  await commits.close();
  database.close();
});

const counter = (): number => Number(database.get('wallet', COUNTER)?.['n'] ?? 0n);
const diskError = (code: string): Error => Object.assign(new Error(`${code}: simulated by the test`), { code });

/** Adds one to the counter. @returns its value after the addition */
function add(): Promise<number> {
  return commits.run({
    plan: () => counter() + 1,
    apply: (n) => database.put('wallet', COUNTER, { ...COUNTER, n: BigInt(n) }),
    publish: (n) => void published.push(n),
  });
}

const refuse = (message: string): Promise<never> =>
  commits.run({
    plan: () => {
      throw new Error(message);
    },
    apply: () => undefined,
    publish: () => undefined,
  });

/** Notes the order in which transactions settle. */
function follow<T>(name: string, work: Promise<T>): Promise<T | undefined> {
  return work.then(
    (value) => {
      settled.push(`${name} committed`);
      return value;
    },
    (error: unknown) => {
      settled.push(`${name}: ${(error as Error).message}`);
      return undefined;
    },
  );
}

async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await nextTurn();
}

/** Waits until this many flushes have begun, which happens on later turns of the event loop. */
async function flushOf(number: number): Promise<Flush> {
  while (flushes.length < number) await nextTurn();
  return flushes[number - 1]!;
}

describe('transactions of many callers', () => {
  test('concurrent transactions share one commit and one flush, and each sees those before it', async () => {
    const results = Promise.all(Array.from({ length: GROUP_MAX }, add));
    (await flushOf(1)).succeed();
    expect(await results).toEqual(Array.from({ length: GROUP_MAX }, (_, index) => index + 1));
    expect([committed, flushes.length]).toEqual([1, 1]);
  });

  test('a crowd of transactions is committed in several groups, so that the event loop can turn in between', async () => {
    const results = Promise.all(Array.from({ length: 3 * GROUP_MAX }, add));
    for (const group of [1, 2, 3]) {
      const { succeed } = await flushOf(group);
      expect(counter()).toBe(group * GROUP_MAX);
      succeed();
    }
    expect(await results).toHaveLength(3 * GROUP_MAX);
    expect([committed, counter()]).toEqual([3, 3 * GROUP_MAX]);
  });

  test('transactions that arrive during a flush are committed together after it', async () => {
    const first = add();
    const flush = await flushOf(1);
    const later = Promise.all([add(), add()]);
    await someTurns();
    expect([committed, counter()]).toEqual([0, 1]);
    flush.succeed();
    (await flushOf(2)).succeed();
    expect([await first, await later, committed]).toEqual([1, [2, 3], 2]);
  });

  test('no caller learns an outcome before the flush, not even a refusal', async () => {
    const work = [follow('first', add()), follow('refused', refuse('no money')), follow('last', add())];
    const flush = await flushOf(1);
    await nextTurn();
    expect([settled, published]).toEqual([[], []]);
    flush.succeed();
    await Promise.all(work);
    expect(settled).toEqual(['first committed', 'refused: no money', 'last committed']);
  });

  test('a transaction whose condition fails does not disturb the others of its group', async () => {
    const results = Promise.allSettled([add(), refuse('no money'), add(), refuse('no hold'), add()]);
    (await flushOf(1)).succeed();
    const outcomes = (await results).map((result) =>
      result.status === 'fulfilled' ? result.value : (result.reason as Error).message,
    );
    expect(outcomes).toEqual([1, 'no money', 2, 'no hold', 3]);
    expect([committed, counter(), published]).toEqual([1, 3, [1, 2, 3]]);
  });

  test('transactions are published before they settle, in the order in which they were given, across groups', async () => {
    const addPublished = () => add().then((n) => expect(published).toContain(n));
    const work = Array.from({ length: 2 * GROUP_MAX }, (_, index) => follow(String(index), addPublished()));
    for (const group of [1, 2]) (await flushOf(group)).succeed();
    await Promise.all(work);
    expect(settled).toEqual(work.map((_, index) => `${index} committed`));
    expect(published).toEqual(work.map((_, index) => index + 1));
  });
});

describe('a failure of the disk', () => {
  test('a flush that fails refuses its whole group, and every later transaction', async () => {
    const work = [follow('first', add()), follow('refused', refuse('no money')), follow('last', add())];
    (await flushOf(1)).fail(diskError('EIO'));
    await Promise.all(work);
    const unavailable = 'the store is unavailable: EIO';
    expect(settled).toEqual([`first: ${unavailable}`, `refused: ${unavailable}`, `last: ${unavailable}`]);
    await expect(add()).rejects.toThrow(StoreUnavailable);
    expect([committed, published]).toEqual([0, []]);
  });

  test('a flush that fails refuses the transactions that wait for the next commit', async () => {
    const work = Array.from({ length: GROUP_MAX + 1 }, (_, index) => follow(String(index), add()));
    (await flushOf(1)).fail(diskError('EIO'));
    await Promise.all(work);
    expect(settled).toHaveLength(GROUP_MAX + 1);
    for (const outcome of settled) expect(outcome).toContain('the store is unavailable');
    expect(published).toEqual([]);
  });

  test('a database that fails during a commit keeps nothing of the group, and commits the next one', async () => {
    const broken = commits.run({
      plan: () => undefined,
      apply: () => {
        throw diskError('EIO');
      },
      publish: () => undefined,
    });
    const results = await Promise.allSettled([add(), broken, add()]);
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { name: 'StoreUnavailable', message: 'the store is unavailable: EIO' },
      });
    }
    expect([counter(), committed, flushes.length]).toEqual([0, 0, 0]);
    const next = add();
    (await flushOf(1)).succeed();
    expect(await next).toBe(1);
  });
});

describe('a pause of commits', () => {
  test('a pause holds commits back until its work is done', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const pause = commits.pauseFor(() => promise);
    const result = add();
    await someTurns();
    expect([counter(), committed]).toEqual([0, 0]);
    resolve(undefined);
    await pause;
    (await flushOf(1)).succeed();
    expect(await result).toBe(1);
  });

  test('a pause holds back a commit that was already scheduled', async () => {
    const result = add();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const pause = commits.pauseFor(() => promise);
    await someTurns();
    expect(committed).toBe(0);
    resolve(undefined);
    await pause;
    (await flushOf(1)).succeed();
    expect(await result).toBe(1);
  });

  test('transactions are committed again after a pause whose work failed', async () => {
    const result = add();
    await expect(commits.pauseFor(() => Promise.reject(new Error('no checkpoint')))).rejects.toThrow('no checkpoint');
    (await flushOf(1)).succeed();
    expect(await result).toBe(1);
  });
});

describe('the end of group commits', () => {
  test('a running commit is finished, and transactions that wait are refused', async () => {
    const running = follow('running', add());
    const flush = await flushOf(1);
    const waiting = follow('waiting', add());
    const closed = commits.close();
    await waiting;
    expect(settled).toEqual(['waiting: the store is unavailable: closed']);
    flush.succeed();
    await closed;
    await running;
    expect(settled).toEqual(['waiting: the store is unavailable: closed', 'running committed']);
  });

  test('no commit is begun after the end', async () => {
    const waiting = follow('waiting', add());
    await commits.close();
    await waiting;
    await someTurns();
    expect([committed, flushes.length]).toEqual([0, 0]);
    await expect(add()).rejects.toThrow('closed');
  });
});
