import { hash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommandLine } from '../../dev/cli/commands/command-line';
import type { CommandResult } from '../../dev/cli/commands/command-result';
import { runOnFolder } from '../../dev/cli/commands/run-on-folder';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { copyJournalFolder, EXPECTED } from '../engines/journal-stage';
import { describeUnless } from '../support/describe-unless';
import { SmallDisk, whyNoSmallDisk } from '../support/small-disk';
import { runScript } from './child-process';
import { ProcessRun } from './process-run';
import { temporaryFolder } from './temporary-folder';

const DISK_KILOBYTES = 16_384;
const READ_ONLY = 'The data folder is read-only, so its data can be shown and verified but not changed.';
const REQUESTS = 3;

describeUnless(whyNoSmallDisk())('the command line on a read-only folder', () => {
  const run = new ProcessRun();
  let disk: SmallDisk;
  /** Where the processes of commands put temporary files. */
  let temporary: string;
  let requests = 0;
  beforeAll(() => run.start());
  afterAll(() => run.stop());
  beforeEach(async () => {
    disk = SmallDisk.mount(DISK_KILOBYTES);
    temporary = temporaryFolder();
    while (requests < REQUESTS) await ask();
  });
  afterEach(() => {
    disk.unmount();
    const left = readdirSync(temporary);
    rmSync(temporary, { recursive: true });
    expect(left).toEqual([]);
  });

  async function ask(): Promise<void> {
    expect((await run.ask()).status).toBe(200);
    requests += 1;
  }

  /** Makes a read-only copy of the gateway's folder, to which nothing may write meanwhile. */
  function copyFolder(isIncluded: (file: string) => boolean = () => true): void {
    cpSync(run.folder, disk.path, { recursive: true, filter: isIncluded });
    disk.makeReadOnly();
  }

  /** Kills the gateway right after a request, so that its last commits are in the log only. */
  async function kill(): Promise<void> {
    await run.startAgain();
    await ask();
    run.gateway.kill('SIGKILL');
    await run.gateway.ended;
    expect(existsSync(join(run.folder, 'store.db-wal'))).toBe(true);
  }

  /** Runs a command on the read-only folder in a process of its own. */
  async function tollgate(...args: readonly string[]) {
    const child = runScript('cli/tollgate.ts', args, { TOLLGATE_DATA: disk.path, TMPDIR: temporary });
    const code = await child.ended;
    return { code, out: child.out(), err: child.err() };
  }

  function runOn(path: string, words: readonly string[]): Promise<CommandResult> {
    const line = parseCommandLine(words);
    if (line?.target !== 'folder') throw new Error('not a command on the folder');
    return runOnFolder(new DataFolder(path), line.command);
  }

  const contents = () =>
    readdirSync(disk.path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => [name, hash('sha256', readFileSync(join(parentPath, name)))]);

  /** Fails unless each command gives the same for the copy as for the folder itself. */
  async function expectSameOutput(): Promise<void> {
    const { accountId } = run.gateway;
    const before = contents();
    for (const command of [
      ['wallet', accountId],
      ['usage', accountId],
      ['ledger', 'verify'],
      ['audit', 'verify'],
      ['keys', 'list', accountId],
      ['receipts', 'export', accountId],
      ['catalog', 'show'],
    ]) {
      const original = await runOn(run.folder, command);
      expect([command, original.exitCode]).toEqual([command, 0]);
      expect([command, await runOn(disk.path, command)]).toEqual([command, original]);
    }
    const usage = await runOn(disk.path, ['usage', accountId]);
    expect(usage.lines).toHaveLength(requests);
    expect(contents()).toEqual(before);
  }

  /** Fails unless every command that would change something says that the folder is read-only. */
  async function expectWritesRefused(accountId = run.gateway.accountId): Promise<void> {
    for (const command of [
      ['wallet', 'credit', accountId, '1'],
      ['keys', 'create', accountId, '--payer', 'per_01JD0000000000000000000000'],
      ['accounts', 'create'],
      ['catalog', 'alias', 'house-model', 'demo'],
    ]) {
      await expect(runOn(disk.path, command)).rejects.toThrow(new Error(READ_ONLY));
    }
  }

  test('commands on a read-only copy of a running folder read the copy, and do not reach the gateway', async () => {
    run.gateway.kill('SIGSTOP');
    copyFolder();
    run.gateway.kill('SIGCONT');
    const { accountId } = run.gateway;
    const before = await tollgate('wallet', accountId);
    expect(before).toMatchObject({ code: 0, err: '' });
    expect((await run.tollgate('wallet', 'credit', accountId, '1')).code).toBe(0);
    expect(await tollgate('wallet', accountId)).toEqual(before);
    expect(await tollgate('wallet', 'credit', accountId, '1')).toEqual({ code: 1, out: '', err: `${READ_ONLY}\n` });
    const { out } = await run.tollgate('wallet', accountId);
    expect(JSON.parse(out)).toMatchObject({ funded: '6.00' });
  });

  test('every command that reads works on the read-only folder of a stopped gateway, and none that writes', async () => {
    await run.interrupt();
    copyFolder();
    await expectSameOutput();
    await expectWritesRefused();
  });

  test('every command that reads works on the read-only folder of a killed gateway, with its last request', async () => {
    await kill();
    copyFolder();
    await expectSameOutput();
    await expectWritesRefused();
  });

  test('a read-only backup of a killed folder works without the index of its log, and leaves no copy behind', async () => {
    await kill();
    copyFolder((file) => !file.endsWith('-shm'));
    await expectSameOutput();
    expect(await tollgate('ledger', 'verify')).toMatchObject({ code: 0, err: '' });
  });

  test('a read-only folder whose store belongs to another folder is refused, and leaves no copy behind', async () => {
    await kill();
    copyJournalFolder(disk.path);
    rmSync(disk.file('journal.jsonl'));
    copyFolder((file) => !file.endsWith('-shm') && !file.endsWith('secrets.json'));
    const { code, err } = await tollgate('ledger', 'verify');
    expect([code, err]).toEqual([
      1,
      expect.stringContaining(`${disk.file('store.db')} belongs to another data folder`),
    ]);
  });

  test('the read-only folder of an older release can be read and verified, and stays as it is', async () => {
    copyJournalFolder(disk.path);
    disk.makeReadOnly();
    const before = contents();
    const { accountId, outputs } = EXPECTED;
    // Usage records and audit events expire with time, but wallets, keys and entries do not.
    for (const name of ['wallet', 'keys', 'ledger']) {
      const { command, lines } = outputs.find((each) => each.command[0] === name)!;
      expect([name, await runOn(disk.path, command)]).toEqual([name, { exitCode: 0, lines }]);
    }
    expect(await runOn(disk.path, ['usage', accountId])).toMatchObject({ exitCode: 0 });
    expect(await runOn(disk.path, ['audit', 'verify'])).toMatchObject({ exitCode: 0 });
    expect(await tollgate('ledger', 'verify')).toMatchObject({ code: 0, err: '' });
    await expectWritesRefused(accountId);
    expect(contents()).toEqual(before);
  });
});
