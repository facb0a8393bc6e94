import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { OUTBOX, USAGE, WALLET } from '../../lambdas/contracts/storage/tables';
import { absent } from '../../lambdas/domain/table/condition';
import { EmbeddedStage, filesOf, get, key, put, sortKeys } from './embedded-stage';

const MINUTE_MS = 60_000;
const PAGE_BYTES = 4_096;
const ITEMS = 30;
const modeOf = (file: string): number => statSync(file).mode & 0o777;
const digestOf = (file: string): string => hash('sha256', readFileSync(file));

let stage: EmbeddedStage;
beforeEach(() => {
  stage = new EmbeddedStage();
});
afterEach(() => stage.remove());

/** Writes with SQLite itself, as another program would. */
function execute(sql: string): void {
  const database = new DatabaseSync(stage.file);
  database.exec(sql);
  database.close();
}

/** Replaces the store's file. */
function leave(content: string | Uint8Array): void {
  mkdirSync(dirname(stage.file), { recursive: true });
  writeFileSync(stage.file, content);
}

describe('a closed embedded store', () => {
  test('a store that is opened again has every commit', async () => {
    const first = stage.open();
    const bytes = new Uint8Array([0, 255]);
    await first.transact([
      { table: WALLET, put: { ...key('a'), n: 1, bytes, list: [null, { x: 'é' }], large: 10n ** 37n } },
      { table: USAGE, put: key('u') },
    ]);
    await put(first, 'b');
    await first.write({ table: WALLET, delete: key('b') });
    await stage.close();
    await put(stage.open(), 'c');
    await stage.close();
    const third = stage.open();
    expect(await get(third, 'a')).toEqual({
      ...key('a'),
      n: 1n,
      bytes,
      list: [null, { x: 'é' }],
      large: 10n ** 37n,
    });
    expect(await third.get({ table: USAGE, key: key('u') })).toEqual(key('u'));
    expect(await sortKeys(third)).toEqual(['a', 'c']);
  });

  test('a store remembers a token across a restart for ten minutes', async () => {
    const writes = [{ table: WALLET, put: key('a'), when: absent() }];
    await stage.open().transact(writes, 'token');
    await stage.close();
    const second = stage.open();
    stage.now += 10 * MINUTE_MS - 1;
    await second.transact(writes, 'token');
    await expect(second.transact([{ table: WALLET, delete: key('a') }], 'token')).rejects.toMatchObject({
      name: 'IdempotencyMismatch',
    });
    stage.now += 1;
    await expect(second.transact(writes, 'token')).rejects.toMatchObject({ name: 'TransactionCancelled' });
  });

  test('a closed store refuses reads and writes', async () => {
    const store = stage.open();
    await put(store, 'a');
    await store.close();
    const closed = { name: 'StoreUnavailable', message: 'the store is unavailable: closed' };
    await expect(put(store, 'b')).rejects.toMatchObject(closed);
    await expect(store.transact([{ table: WALLET, put: key('b') }], 'token')).rejects.toMatchObject(closed);
    await expect(store.removeExpired()).rejects.toMatchObject(closed);
    await expect(get(store, 'a')).rejects.toMatchObject(closed);
    await expect(sortKeys(store)).rejects.toMatchObject(closed);
    await store.close();
  });

  test('a store that closes during writes acknowledges only what it keeps', async () => {
    const store = stage.open();
    const writes = Array.from({ length: 200 }, (_, n) => put(store, `item-${String(n).padStart(3, '0')}`));
    const settled = Promise.allSettled(writes);
    await writes[0];
    await store.close();
    const outcomes = await settled;
    const acknowledged = outcomes.flatMap(({ status }, n) => (status === 'fulfilled' ? [n] : []));
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    for (const reason of refused) expect(reason).toMatchObject({ name: 'StoreUnavailable' });
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(await sortKeys(stage.open())).toEqual(acknowledged.map((n) => `item-${String(n).padStart(3, '0')}`));
  });
});

describe('the files of the embedded store', () => {
  test('the files of a store are readable only by their owner', async () => {
    await put(stage.open(), 'a');
    const files = filesOf(stage.file);
    expect(files).toHaveLength(3);
    expect(files.map(modeOf)).toEqual([0o600, 0o600, 0o600]);
    expect(modeOf(dirname(stage.file))).toBe(0o700);
  });

  test('a file that others may read is made private when its store opens', async () => {
    leave('');
    expect(modeOf(stage.file)).not.toBe(0o600);
    await put(stage.open(), 'a');
    expect(filesOf(stage.file).map(modeOf)).toEqual([0o600, 0o600, 0o600]);
  });

  test('a store can be read while it is written, and its reader refuses writes', async () => {
    const writer = stage.open();
    await put(writer, 'a');
    const reader = stage.openReadOnly();
    expect(await sortKeys(reader)).toEqual(['a']);
    await put(writer, 'b');
    expect(await sortKeys(reader)).toEqual(['a', 'b']);
    const readOnly = { name: 'StoreReadOnly', message: expect.stringContaining('read-only') as string };
    await expect(put(reader, 'c')).rejects.toMatchObject(readOnly);
    await expect(reader.transact([{ table: WALLET, put: key('c') }], 'token')).rejects.toMatchObject(readOnly);
    await expect(reader.removeExpired()).rejects.toMatchObject(readOnly);
    await expect(reader.putFact('name', 'value')).rejects.toMatchObject(readOnly);
    expect(await sortKeys(writer)).toEqual(['a', 'b']);
  });

  test('a store that was only read is unchanged', async () => {
    await put(stage.open(), 'a');
    await stage.close();
    const before = digestOf(stage.file);
    const reader = stage.openReadOnly();
    expect(await sortKeys(reader)).toEqual(['a']);
    await expect(put(reader, 'b')).rejects.toThrow('read-only');
    await stage.close();
    expect(digestOf(stage.file)).toBe(before);
  });

  test('a store that does not exist cannot be opened for reading, and is not created', () => {
    expect(stage.openReadOnly).toThrow(`${stage.file} was refused: it does not exist.`);
    expect(existsSync(stage.file)).toBe(false);
  });
});

test('an empty file becomes a store when it is opened for writing, but cannot be opened for reading', async () => {
  leave('');
  expect(stage.openReadOnly).toThrow(`${stage.file} was refused: it is empty.`);
  expect(statSync(stage.file).size).toBe(0);
  await put(stage.open(), 'a');
  expect(await sortKeys(stage.openReadOnly())).toEqual(['a']);
});

describe('a file that is not a store of this release', () => {
  const RESTORE = 'Restore the data folder from a backup, or use another folder.';
  const NOT_A_STORE = `it is damaged or not a store. ${RESTORE}`;

  /** Fails unless the file is refused for writing and for reading, and is left as it is. */
  function expectRefusal(problem: string): void {
    const before = digestOf(stage.file);
    for (const open of [stage.open, stage.openReadOnly]) {
      const message = `${stage.file} was refused: ${problem}`;
      expect(open).toThrow(expect.objectContaining({ name: 'StoreRefused', message }) as Error);
    }
    expect(digestOf(stage.file)).toBe(before);
  }

  test.each([
    ['of a few bytes', 'hello\n'],
    ['of many lines', '{"journal":1}\n'.repeat(1_000)],
  ])('a text file %s is refused as a store and left unchanged', (_, text) => {
    leave(text);
    expectRefusal(NOT_A_STORE);
  });

  test.each(['delete', 'wal'])(
    'a SQLite file of another program with journal mode %s is refused as a store and left unchanged',
    (mode) => {
      leave('');
      execute(`pragma journal_mode = ${mode}; create table other (x); insert into other values (1)`);
      expectRefusal(`it is not a store of Tollgate. ${RESTORE}`);
    },
  );

  test('a store of a newer format is refused and left unchanged', async () => {
    await put(stage.open(), 'a');
    await stage.close();
    execute('pragma user_version = 2');
    expectRefusal(
      'it has format 2, but this release reads format 1. Start the release that wrote it, or use another folder.',
    );
  });

  test('a store whose first page is damaged is refused and left unchanged', async () => {
    await put(stage.open(), 'a');
    await stage.close();
    leave(readFileSync(stage.file).fill(0xa5, 100, PAGE_BYTES));
    expectRefusal(NOT_A_STORE);
  });

  test.each([100, PAGE_BYTES, 3 * PAGE_BYTES])(
    'a store that was cut off after %i bytes is refused and left unchanged',
    async (bytes) => {
      await put(stage.open(), 'a');
      await stage.close();
      truncateSync(stage.file, bytes);
      expectRefusal(NOT_A_STORE);
    },
  );
});

test('a damaged page never reads as missing items, wherever the damage is', async () => {
  const expected = await storeItems();
  const outcomes = await outcomesOfDamage(async () => {
    expect(await sortKeys(stage.open())).toEqual(expected);
  });
  expect(outcomes).toEqual(['done', 'refused', 'unavailable']);
});

test('a transaction that reads a damaged page is refused as unavailable', async () => {
  await storeItems();
  const writes = Array.from({ length: ITEMS }, (_, n) => ({
    table: WALLET,
    update: { pk: 'p', sk: `item-${n}` },
    change: { add: { n: 1n } },
  }));
  expect(await outcomesOfDamage(() => stage.open().transact(writes))).toEqual(['done', 'refused', 'unavailable']);
});

/** Stores items on several pages. @returns their sort keys */
async function storeItems(): Promise<readonly unknown[]> {
  const store = stage.open();
  for (let n = 0; n < ITEMS; n += 1) await put(store, `item-${n}`, { padding: 'x'.repeat(500) });
  const stored = await sortKeys(store);
  await stage.close();
  return stored;
}

/** Damages one page after the other, and uses the store each time. @returns the different outcomes */
async function outcomesOfDamage(use: () => Promise<void>): Promise<readonly string[]> {
  const whole = readFileSync(stage.file);
  const outcomes = new Set<string>();
  for (let page = 1; page < whole.length / PAGE_BYTES; page += 1) {
    leave(Buffer.from(whole).fill(0xa5, page * PAGE_BYTES, (page + 1) * PAGE_BYTES));
    outcomes.add(await outcomeOf(use));
    for (const file of filesOf(stage.file)) truncateSync(file, 0);
  }
  return [...outcomes].sort();
}

/** @returns whether the store was refused at once, could not be used later, or did its work */
async function outcomeOf(use: () => Promise<void>): Promise<string> {
  try {
    await use();
    return 'done';
  } catch (error) {
    const { name, message } = error as Error;
    if (name === 'StoreRefused') return 'refused';
    expect(message).toBe('the store is unavailable: DAMAGED');
    return 'unavailable';
  } finally {
    await stage.close();
  }
}

test('a removed item leaves no trace in the store’s files once a sweep has removed it', async () => {
  const marker = 'a-marker-that-must-vanish';
  const store = stage.open();
  const expiresAt = Math.floor(Date.now() / 1000) - 1;
  await store.write({ table: USAGE, put: { pk: 'p', sk: 's', marker, expiresAt } });
  const holdMarker = () => filesOf(stage.file).filter((file) => readFileSync(file).includes(marker));
  expect(holdMarker()).not.toEqual([]);
  await store.removeExpired(Date.now());
  expect(holdMarker()).toEqual([]);
});

test('a store of an earlier release gets the tables that it lacks, and keeps its items', async () => {
  await put(stage.open(), 'a');
  await stage.close();
  execute('drop table outbox');
  const second = stage.open();
  await second.write({ table: OUTBOX, put: { ...key('message'), expiresAt: Math.floor(stage.now / 1_000) + 60 } });
  expect(await get(second, 'a')).toEqual(key('a'));
  expect(await second.get({ table: OUTBOX, key: key('message') })).toBeDefined();
  stage.now += 2 * MINUTE_MS;
  expect(await second.removeExpired()).toBe(1);
});
