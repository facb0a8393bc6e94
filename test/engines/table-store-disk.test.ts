import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { WALLET } from '../../lambdas/contracts/storage/tables';
import { StoreUnavailable } from '../../lambdas/domain/table/table-errors';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import { FaultyDisk } from './table-store-faulty-disk';

const clock = () => Date.UTC(2026, 0, 1);
const file = '/store.jsonl';
const item = (sk: string, text = '') => ({ pk: 'p', sk, text });
const put = (store: TableStore, sk: string, text?: string) => store.write({ table: WALLET, put: item(sk, text) });
const sortKeys = async (store: TableStore) =>
  (await store.query({ table: WALLET, partition: 'p' })).items.map(({ sk }) => sk);

describe('a full disk', () => {
  test.each([0, 1, 100])('a write of which only %i bytes fit changes neither memory nor the file', async (room) => {
    const disk = new FaultyDisk();
    const store = EmbeddedStore.open({ file, clock, files: disk });
    await put(store, 'a');
    const before = disk.text(file);
    disk.room = room;
    await expect(put(store, 'b')).rejects.toThrow(StoreUnavailable);
    await expect(store.transact([{ table: WALLET, put: item('c') }], 'token')).rejects.toThrow('ENOSPC');
    expect(await sortKeys(store)).toEqual(['a']);
    expect(disk.text(file)).toBe(before);
  });

  test('a store accepts writes again as soon as there is space', async () => {
    const disk = new FaultyDisk();
    const store = EmbeddedStore.open({ file, clock, files: disk });
    disk.room = 10;
    await expect(put(store, 'a')).rejects.toThrow('ENOSPC');
    disk.room = Infinity;
    await put(store, 'b');
    store.close();
    expect(await sortKeys(EmbeddedStore.open({ file, clock, files: disk }))).toEqual(['b']);
  });

  test('the remains of a failed write are truncated before the next write', async () => {
    const disk = new FaultyDisk();
    const store = EmbeddedStore.open({ file, clock, files: disk });
    disk.room = 10;
    disk.truncates = false;
    await expect(put(store, 'a')).rejects.toThrow('ENOSPC');
    disk.room = Infinity;
    await expect(put(store, 'b')).rejects.toThrow('EIO');
    disk.truncates = true;
    await put(store, 'c');
    store.close();
    expect(await sortKeys(EmbeddedStore.open({ file, clock, files: disk }))).toEqual(['c']);
  });

  test('a store opens on a full disk without compacting its journal', async () => {
    const disk = new FaultyDisk();
    const first = EmbeddedStore.open({ file, clock, files: disk });
    for (let n = 0; n < 100; n++) await put(first, 'a', `version ${n} ${'x'.repeat(100)}`);
    first.close();
    const before = disk.text(file);
    disk.room = 50;
    const second = EmbeddedStore.open({ file, clock, files: disk });
    expect(await second.get({ table: WALLET, key: { pk: 'p', sk: 'a' } })).toEqual(
      item('a', `version 99 ${'x'.repeat(100)}`),
    );
    expect(disk.text(file)).toBe(before);
    expect(disk.names()).toEqual([file]);
  });

  test('a listener does not receive a write that failed', async () => {
    const disk = new FaultyDisk();
    const store = EmbeddedStore.open({ file, clock, files: disk });
    const received: unknown[] = [];
    store.onChange((records) => received.push(...records));
    disk.room = 0;
    await expect(put(store, 'a')).rejects.toThrow('ENOSPC');
    expect(received).toEqual([]);
  });
});
