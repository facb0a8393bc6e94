import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { WALLET } from '../../lambdas/contracts/storage/tables';
import { exists } from '../../lambdas/domain/table/condition';
import { ConditionFailed } from '../../lambdas/domain/table/table-errors';
import { describeUnless } from '../support/describe-unless';
import { SmallDisk, whyNoSmallDisk } from '../support/small-disk';
import { EmbeddedStage, get, key, logOf, put, sortKeys } from './embedded-stage';

const FULL = { name: 'StoreUnavailable', message: 'the store is unavailable: ENOSPC' };
/** A running store copies its log into its file this long after a commit. */
const CHECKPOINT_AFTER_MS = 1_000;
/** Larger than the whole log, because the log can be reused from its start without any new space. */
const LARGE = { text: 'x'.repeat(300_000) };

describeUnless(whyNoSmallDisk())('a full disk', () => {
  let disk: SmallDisk;
  let stage: EmbeddedStage;
  beforeEach(() => {
    disk = SmallDisk.mount();
    stage = new EmbeddedStage(disk.path);
  });
  afterEach(async () => {
    await stage.close();
    disk.unmount();
  });

  /** Opens a store with one item, and fills the disk. */
  async function openOnFullDisk(room?: number): Promise<EmbeddedStore> {
    const store = stage.open();
    await put(store, 'a');
    disk.fill(room);
    return store;
  }

  /** Reads with a connection of its own, as another process would. */
  async function storedKeys(): Promise<readonly unknown[]> {
    const reader = EmbeddedStore.openReadOnly(stage);
    try {
      return await sortKeys(reader);
    } finally {
      await reader.close();
    }
  }

  test.each([0, 4_096, 100_000])(
    'a write of which only %i bytes fit on the disk changes neither what is read nor what is stored',
    async (room) => {
      const store = await openOnFullDisk(room);
      await expect(put(store, 'b', LARGE)).rejects.toMatchObject(FULL);
      await expect(store.transact([{ table: WALLET, put: { ...key('c'), ...LARGE } }], 'token')).rejects.toMatchObject(
        FULL,
      );
      await expect(put(store, 'a', LARGE)).rejects.toMatchObject(FULL);
      expect(await sortKeys(store)).toEqual(['a']);
      expect(await get(store, 'a')).toEqual(key('a'));
      expect(await storedKeys()).toEqual(['a']);
    },
  );

  test('a store accepts writes again as soon as the disk has space, and keeps them', async () => {
    const store = await openOnFullDisk();
    const transaction = [{ table: WALLET, put: { ...key('b'), ...LARGE } }];
    await expect(store.transact(transaction, 'token')).rejects.toMatchObject(FULL);
    disk.free();
    await store.transact(transaction, 'token');
    await put(store, 'c');
    await stage.close();
    expect(await sortKeys(stage.open())).toEqual(['a', 'b', 'c']);
  });

  test('a listener does not receive a write that a full disk refused', async () => {
    const store = await openOnFullDisk();
    const received: unknown[] = [];
    store.onChange((records) => received.push(...records));
    await expect(put(store, 'b', LARGE)).rejects.toMatchObject(FULL);
    await expect(store.transact([{ table: WALLET, put: { ...key('c'), ...LARGE } }])).rejects.toMatchObject(FULL);
    expect(received).toEqual([]);
    disk.free();
    await put(store, 'd');
    expect(received).toHaveLength(1);
  });

  test('concurrent writes of which one does not fit are each stored in full or refused', async () => {
    const store = await openOnFullDisk(100_000);
    const outcomes = await Promise.allSettled([put(store, 'b'), put(store, 'c', LARGE), put(store, 'd')]);
    const refused = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    for (const reason of refused) expect(reason).toMatchObject(FULL);
    const acknowledged = ['b', 'c', 'd'].filter((_, index) => outcomes[index]?.status === 'fulfilled');
    expect(acknowledged).not.toContain('c');
    expect(await sortKeys(store)).toEqual(['a', ...acknowledged]);
    expect(await storedKeys()).toEqual(['a', ...acknowledged]);
    await put(store, 'e');
    expect(await storedKeys()).toEqual(['a', ...acknowledged, 'e']);
  });

  test('a refusal that rests on a write which a full disk prevented is not reported as a refusal', async () => {
    const store = await openOnFullDisk();
    const [written, updated, alone] = await Promise.allSettled([
      put(store, 'b', LARGE),
      store.write({ table: WALLET, put: key('b'), when: { absent: 'pk' } }),
      store.write({ table: WALLET, put: key('z'), when: exists() }),
    ]);
    expect(written).toMatchObject({ status: 'rejected', reason: FULL });
    expect(updated).toMatchObject({ status: 'rejected', reason: FULL });
    expect(alone.status).toBe('rejected');
    await expect(store.write({ table: WALLET, put: key('z'), when: exists() })).rejects.toThrow(ConditionFailed);
  });

  test('a store whose log no longer fits into its file keeps every commit in the log', async () => {
    const store = stage.open();
    await put(store, 'a', LARGE);
    disk.fill();
    await stage.close();
    expect(statSync(logOf(stage.file)).size).toBeGreaterThan(LARGE.text.length);
    expect(await storedKeys()).toEqual(['a']);
    disk.free();
    const reopened = stage.open();
    expect(await get(reopened, 'a')).toEqual({ ...key('a'), ...LARGE });
    await put(reopened, 'b');
    await stage.close();
    expect(await storedKeys()).toEqual(['a', 'b']);
    expect(statSync(stage.file).size).toBeGreaterThan(LARGE.text.length);
  });

  test('a checkpoint that fails on a full disk loses nothing, and a later one succeeds', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date'] });
    try {
      await put(stage.open(), 'a', LARGE);
      disk.fill();
      jest.advanceTimersByTime(CHECKPOINT_AFTER_MS);
      // This waits for the checkpoint.
      await stage.close();
      expect(await storedKeys()).toEqual(['a']);
      disk.free();
      await put(stage.open(), 'b');
      jest.advanceTimersByTime(CHECKPOINT_AFTER_MS);
      while (statSync(stage.file).size < LARGE.text.length) await nextTurn();
      expect(await storedKeys()).toEqual(['a', 'b']);
    } finally {
      jest.useRealTimers();
    }
  });

  test('a store that cannot open on a full disk says so, loses nothing and opens once there is space', async () => {
    await put(stage.open(), 'a', LARGE);
    disk.fill();
    await stage.close();
    expect(stage.open).toThrow(expect.objectContaining(FULL) as Error);
    disk.free();
    expect(await sortKeys(stage.open())).toEqual(['a']);
  });

  test('a new store that cannot be created on a full disk leaves a folder in which the next start creates it', async () => {
    disk.fill();
    expect(stage.open).toThrow(expect.objectContaining(FULL) as Error);
    disk.free();
    await put(stage.open(), 'a');
    expect(await storedKeys()).toEqual(['a']);
  });
});
