import { hash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { describeUnless } from '../support/describe-unless';
import { SmallDisk, whyNoSmallDisk } from '../support/small-disk';
import { copyFiles, EmbeddedStage, get, holdLog, key, logOf, put, sortKeys } from './embedded-stage';

const NOT_RUN = whyNoSmallDisk();

describeUnless(NOT_RUN)('a store on a read-only disk', () => {
  let source: EmbeddedStage;
  let disk: SmallDisk;
  let stage: EmbeddedStage;
  beforeEach(async () => {
    source = new EmbeddedStage();
    await put(source.open(), 'a');
    await source.close();
    disk = SmallDisk.mount();
    stage = new EmbeddedStage(disk.path);
    mkdirSync(dirname(stage.file));
  });
  afterEach(async () => {
    await source.remove();
    await stage.close();
    disk.unmount();
  });

  /** Copies what a killed process leaves behind: the item `b` is in the log only. */
  async function copyKilled(suffixes: readonly string[]): Promise<void> {
    const store = source.open();
    const release = holdLog(source.file);
    await put(store, 'b');
    copyFiles(source.file, stage.file, suffixes);
    release();
  }

  const contents = (): object =>
    Object.fromEntries(
      readdirSync(dirname(stage.file)).map((name) => [
        name,
        hash('sha256', readFileSync(join(dirname(stage.file), name))),
      ]),
    );

  /** Fails unless the store has these items, refuses writes and leaves every file as it is. */
  async function expectReadable(items: readonly string[]): Promise<void> {
    disk.makeReadOnly();
    const before = contents();
    const store: EmbeddedStore = stage.openReadOnly();
    expect(await sortKeys(store)).toEqual(items);
    expect(await get(store, 'a')).toEqual(key('a'));
    await expect(put(store, 'c')).rejects.toMatchObject({ name: 'StoreReadOnly' });
    await expect(store.removeExpired()).rejects.toMatchObject({ name: 'StoreReadOnly' });
    expect(await sortKeys(store)).toEqual(items);
    await store.close();
    expect(contents()).toEqual(before);
  }

  test('a store that was closed can be read on a read-only disk', async () => {
    copyFiles(source.file, stage.file, ['']);
    await expectReadable(['a']);
  });

  test('a killed store with its log and index can be read on a read-only disk', async () => {
    await copyKilled(['', '-wal', '-shm']);
    await expectReadable(['a', 'b']);
  });

  test('a killed store with its log but no index can be read on a read-only disk', async () => {
    await copyKilled(['', '-wal']);
    await expectReadable(['a', 'b']);
  });

  test('a closed store with an empty log can be read on a read-only disk', async () => {
    copyFiles(source.file, stage.file, ['']);
    writeFileSync(logOf(stage.file), '');
    await expectReadable(['a']);
  });

  test('a store whose log is torn can be read on a read-only disk as far as the log is whole', async () => {
    await copyKilled(['', '-wal']);
    const log = readFileSync(logOf(stage.file));
    writeFileSync(logOf(stage.file), log.subarray(0, log.length - 1));
    await expectReadable(['a']);
  });

  test('a store on a read-only disk cannot be opened for writing, and stays unchanged', async () => {
    await copyKilled(['', '-wal', '-shm']);
    disk.makeReadOnly();
    const before = contents();
    expect(stage.open).toThrow(/EROFS/);
    expect(contents()).toEqual(before);
  });

  test.each([
    ['a missing file', undefined, 'it does not exist'],
    ['an empty file', '', 'it is empty'],
    ['a text file', 'hello\n'.repeat(2_000), 'it is damaged or not a store'],
  ])('the store refuses %s on a read-only disk', (_, text, problem) => {
    if (text !== undefined) writeFileSync(stage.file, text);
    disk.makeReadOnly();
    expect(stage.openReadOnly).toThrow(`${stage.file} was refused: ${problem}.`);
  });
});
