import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { USAGE, WALLET } from '../../lambdas/contracts/storage/tables';
import { absent } from '../../lambdas/domain/table/condition';
import type { TableStore } from '../../lambdas/domain/table/table-store';

const MINUTE_MS = 60_000;
const key = (sk: string) => ({ pk: 'p', sk });

describe('the journal of the embedded store', () => {
  let folder: string;
  let file: string;
  let now = Date.UTC(2026, 0, 1);
  let opened: EmbeddedStore[] = [];
  const clock = () => now;
  const open = () => remember(EmbeddedStore.open({ file, clock }));
  const openReadOnly = () => remember(EmbeddedStore.openReadOnly({ file, clock }));
  const lines = () => readFileSync(file, 'utf8').split('\n');
  const put = (store: TableStore, sk: string, n = 0) => store.write({ table: WALLET, put: { ...key(sk), n } });
  const sortKeys = async (store: TableStore) =>
    (await store.query({ table: WALLET, partition: 'p' })).items.map(({ sk }) => sk);

  function remember(store: EmbeddedStore): EmbeddedStore {
    opened.push(store);
    return store;
  }

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-journal-'));
    file = join(folder, 'data', 'store.jsonl');
  });
  afterEach(() => {
    for (const store of opened) store.close();
    opened = [];
    rmSync(folder, { recursive: true });
  });

  test('the journal contains every commit across restarts', async () => {
    const first = open();
    const bytes = new Uint8Array([0, 255]);
    await first.transact([
      { table: WALLET, put: { ...key('a'), n: 1, bytes, list: [null, { x: 'é' }] } },
      { table: USAGE, put: key('u') },
    ]);
    await put(first, 'b');
    await first.write({ table: WALLET, delete: key('b') });
    first.close();
    const second = open();
    await put(second, 'c');
    second.close();
    const third = open();
    expect(await third.get({ table: WALLET, key: key('a') })).toEqual({
      ...key('a'),
      n: 1n,
      bytes,
      list: [null, { x: 'é' }],
    });
    expect(await third.get({ table: USAGE, key: key('u') })).toEqual(key('u'));
    expect(await sortKeys(third)).toEqual(['a', 'c']);
  });

  test('the journal is readable only by its owner', () => {
    open();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'data')).mode & 0o777).toBe(0o700);
  });

  test('the journal remembers a token across a restart for ten minutes', async () => {
    const writes = [{ table: WALLET, put: key('a'), when: absent() }];
    const first = open();
    await first.transact(writes, 'token');
    first.close();
    const second = open();
    now += 10 * MINUTE_MS - 1;
    await second.transact(writes, 'token');
    await expect(second.transact([{ table: WALLET, delete: key('a') }], 'token')).rejects.toMatchObject({
      name: 'IdempotencyMismatch',
    });
    now += 1;
    await expect(second.transact(writes, 'token')).rejects.toMatchObject({ name: 'TransactionCancelled' });
  });

  test('a torn last line of the journal is truncated', async () => {
    const first = open();
    await put(first, 'a');
    await put(first, 'b');
    first.close();
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, whole.length - 5));
    const second = open();
    expect(await sortKeys(second)).toEqual(['a']);
    await put(second, 'c');
    second.close();
    expect(await sortKeys(open())).toEqual(['a', 'c']);
  });

  test('a journal with a torn first line starts empty', async () => {
    open().close();
    writeFileSync(file, '{"jour');
    const store = open();
    await put(store, 'a');
    store.close();
    expect(await sortKeys(open())).toEqual(['a']);
  });

  test.each([
    [
      'an altered digit',
      (text: string[]) => text.with(2, text[2]?.replace('"n":{"N":"0"}', '"n":{"N":"9"}') ?? ''),
      'this line is damaged',
    ],
    ['an empty line', (text: string[]) => text.with(2, ''), 'this line is damaged'],
    ['a missing line', (text: string[]) => text.toSpliced(2, 1), 'commit 2 is missing before this line'],
    [
      'a repeated line',
      (text: string[]) => text.toSpliced(2, 0, text[1] ?? ''),
      'commit 2 is missing before this line',
    ],
    ['a second header', (text: string[]) => text.with(2, text[0] ?? ''), 'this line is out of place'],
  ])('a journal with %s in the middle fails to open and is left unchanged', async (_, damage, problem) => {
    const store = open();
    for (const sk of ['a', 'b', 'c']) await put(store, sk);
    store.close();
    writeFileSync(file, damage(lines()).join('\n'));
    const damaged = readFileSync(file);
    expect(open).toThrow(`${file}:3: ${problem}`);
    expect(openReadOnly).toThrow(`${file}:3: ${problem}`);
    expect(readFileSync(file)).toEqual(damaged);
  });

  test('a journal that is mostly dead is compacted on opening without losing anything', async () => {
    const writes = [{ table: WALLET, put: key('token') }];
    const first = open();
    for (let n = 0; n < 200; n++) await put(first, `item-${n % 10}`, n);
    await first.write({ table: USAGE, put: { ...key('u'), bytes: new Uint8Array([7]) } });
    await first.transact(writes, 'token');
    first.close();
    const bytesBefore = statSync(file).size;
    const second = open();
    expect(statSync(file).size).toBeLessThan(bytesBefore / 2);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await second.transact(writes, 'token');
    await put(second, 'later');
    second.close();
    const third = open();
    expect(await sortKeys(third)).toHaveLength(12);
    expect(await third.get({ table: WALLET, key: key('item-3') })).toEqual({ ...key('item-3'), n: 193n });
    expect(await third.get({ table: USAGE, key: key('u') })).toEqual({ ...key('u'), bytes: new Uint8Array([7]) });
    await expect(third.transact([{ table: WALLET, delete: key('token') }], 'token')).rejects.toMatchObject({
      name: 'IdempotencyMismatch',
    });
    expect(existsSync(`${file}.compacting`)).toBe(false);
  });

  test('a journal can be read while it is written, without changing it', async () => {
    const writer = open();
    await put(writer, 'a');
    appendFileSync(file, '{"commit":2,');
    const before = readFileSync(file);
    const reader = openReadOnly();
    expect(await sortKeys(reader)).toEqual(['a']);
    await expect(put(reader, 'b')).rejects.toThrow('read-only');
    expect(readFileSync(file)).toEqual(before);
  });

  test('a journal that does not exist reads as empty', async () => {
    expect(await sortKeys(openReadOnly())).toEqual([]);
    expect(existsSync(file)).toBe(false);
  });

  test('a closed journal rejects writes', async () => {
    const store = open();
    store.close();
    await expect(put(store, 'a')).rejects.toMatchObject({ name: 'StoreUnavailable' });
  });
});
