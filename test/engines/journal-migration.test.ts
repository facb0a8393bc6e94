import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommandLine } from '../../dev/cli/commands/command-line';
import { runCommand } from '../../dev/cli/commands/run-command';
import type { LocalServices } from '../../dev/local/gateway/local-services';
import { encodeJsonItem } from '../../lambdas/adapters/attribute-values';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { encodeLine as encode } from '../../lambdas/adapters/embedded/journal/entries';
import { migrateJournal } from '../../lambdas/adapters/embedded/journal/migrate-journal';
import { fingerprintOf } from '../../lambdas/adapters/embedded/fingerprint';
import { USAGE, WALLET } from '../../lambdas/contracts/storage/tables';
import { readDocuments } from '../../lambdas/domain/receipts/receipt-document';
import { verifyReceipts } from '../../lambdas/domain/receipts/verify-receipts';
import { readPublicKeys } from '../../lambdas/domain/receipts/verify-signature';
import { EXPECTED, HEADER, JournalStage, NOTE } from './journal-stage';

const { accountId, apiKey, revokedKey, outputs } = EXPECTED;

let stage: JournalStage;
beforeEach(() => {
  stage = new JournalStage();
});
afterEach(() => stage.end());

async function output(services: LocalServices, ...words: readonly string[]): Promise<readonly string[]> {
  const line = parseCommandLine(words);
  if (line?.target !== 'folder') throw new Error('not a command on the folder');
  const { exitCode, lines } = await runCommand(services, line.command);
  expect([words, exitCode]).toEqual([words, 0]);
  return lines;
}

async function expectEverything(services: LocalServices): Promise<void> {
  for (const { command, lines } of outputs) expect(await output(services, ...command)).toEqual(lines);
}

describe('the folder of an older release', () => {
  test('a migrated folder prints for every command what the older release printed', async () => {
    expect(outputs.map(({ command }) => command[0])).toEqual(
      expect.arrayContaining(['wallet', 'usage', 'keys', 'ledger', 'audit', 'receipts', 'operators']),
    );
    await expectEverything(await stage.open());
  });

  test('a key of a migrated folder still works, and a revoked one does not', async () => {
    const { keys } = await stage.open();
    expect(await keys.verify(apiKey)).toMatchObject({ accountId });
    expect(await keys.verify(revokedKey)).toBeUndefined();
    expect(await keys.verify(`${apiKey}x`)).toBeUndefined();
  });

  test('the receipts of a migrated folder verify with its published key', async () => {
    const services = await stage.open();
    const keys = readPublicKeys((await output(services, 'receipts', 'key')).join('\n'));
    const receipts = await output(services, 'receipts', 'export', accountId);
    expect(verifyReceipts(readDocuments(receipts.join('\n')), keys)).toMatchObject({ receipts: 10, faults: [] });
  });

  test('the catalog of a migrated folder has the operator’s changes', async () => {
    const [line = ''] = await output(await stage.open(), 'catalog', 'changes');
    expect(line).toContain('house-model');
  });

  test('a migration leaves a note that the older release refuses, and no other file', async () => {
    await stage.open();
    await stage.close();
    expect(stage.readJournal()).toBe(NOTE);
    expect(stage.names()).toEqual(['journal.jsonl', 'secrets.json', 'store.db']);
    expect([stage.journal, stage.store].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  test('a folder is migrated once, and later starts keep what was written since', async () => {
    const first = await stage.open();
    await first.wallet.credit({ accountId, amountPico: 1n, paymentId: 'pi_since' });
    await stage.close();
    const second = await stage.open();
    const [line = '{}'] = await output(second, 'wallet', accountId);
    expect(JSON.parse(line)).toMatchObject({ funded: '6.350000000001' });
    expect(await output(second, 'ledger', 'verify')).toHaveLength(1);
    expect(stage.readJournal()).toBe(NOTE);
  });
});

describe('a migration that was interrupted', () => {
  test('an unfinished store of an interrupted migration is replaced', async () => {
    for (const suffix of ['', '-wal', '-shm']) writeFileSync(`${stage.store}.migrating${suffix}`, 'half of a store');
    await expectEverything(await stage.open());
    await stage.close();
    expect(stage.names()).toEqual(['journal.jsonl', 'secrets.json', 'store.db']);
  });

  test('a migration that was interrupted before its note is completed without changing the store', async () => {
    const journal = stage.readJournal();
    await stage.open();
    await stage.close();
    stage.writeJournal(journal);
    const store = readFileSync(stage.store);
    migrateJournal({ journal: stage.journal, file: stage.store, facts: {} });
    expect(readFileSync(stage.store).equals(store)).toBe(true);
    expect(stage.readJournal()).toBe(NOTE);
    await expectEverything(await stage.open());
  });

  test('a migration that was interrupted while it wrote its note is completed', async () => {
    const journal = stage.readJournal();
    await stage.open();
    await stage.close();
    stage.writeJournal(journal);
    writeFileSync(`${stage.journal}.moved`, NOTE.slice(0, 10));
    await expectEverything(await stage.open());
    await stage.close();
    expect(stage.readJournal()).toBe(NOTE);
    expect(stage.names()).toEqual(['journal.jsonl', 'secrets.json', 'store.db']);
  });

  test('a journal to which an older release wrote after an interrupted migration is refused', async () => {
    const journal = stage.readJournal();
    await stage.open();
    await stage.close();
    stage.writeJournal(`${journal}${encode({ commit: 68, writes: [] })}`);
    const store = readFileSync(stage.store);
    await stage.expectRefusal(
      'MigrationRefused',
      `An older release wrote to ${stage.journal} after its data had been moved to ${stage.store}. Move one of the two files away.`,
    );
    expect(readFileSync(stage.store).equals(store)).toBe(true);
  });

  test('a store that was never migrated is not mixed with a journal', async () => {
    const journal = stage.readJournal();
    stage.remove('journal.jsonl');
    stage.remove('secrets.json');
    const services = await stage.open();
    await services.accounts.create();
    await stage.close();
    stage.writeJournal(journal);
    await stage.expectRefusal('MigrationRefused', 'Move one of the two files away.');
  });
});

describe('a damaged journal', () => {
  const item = (sk: string, n = 0) => encodeJsonItem({ pk: 'p', sk, n });
  const LINES = [
    HEADER,
    encode({ commit: 1, writes: [{ table: 'wallet', put: item('a') }] }),
    encode({ commit: 2, writes: [{ table: 'wallet', put: item('b') }] }),
    encode({ commit: 3, writes: [{ table: 'wallet', put: item('c') }] }),
  ];
  const [header = '', first = '', second = ''] = LINES;
  const ADVICE = 'Restore the data folder from a backup, or use another folder.';

  test.each([
    ['an altered digit', LINES.with(2, second.replace('"N":"0"', '"N":"9"')), 'this line is damaged'],
    ['an empty line', LINES.with(2, '\n'), 'this line is damaged'],
    ['a missing line', LINES.toSpliced(2, 1), 'commit 2 is missing before this line'],
    ['a repeated line', LINES.toSpliced(2, 0, first), 'commit 2 is missing before this line'],
    ['a second header', LINES.with(2, header), 'this line is out of place'],
    ['lines of another journal', LINES.with(2, encode({ commit: 9, writes: [] })), 'commit 2 is missing'],
  ])('a journal with %s is refused and left unchanged', async (_, lines, problem) => {
    stage.writeJournal(lines.join(''));
    await stage.expectRefusal('JournalCorrupt', `${stage.journal}:3: ${problem}`);
    await stage.expectRefusal('JournalCorrupt', ADVICE);
  });

  test.each([
    ['that was emptied', '', 'the journal is empty'],
    ['of which only a torn header is left', '{"jour', 'the journal is empty'],
    ['that has no header', LINES.slice(1).join(''), 'this line is out of place'],
    ['of an unknown format', encode({ journal: 7, commit: 0 }), 'the journal has format version 7'],
  ])('a journal %s is refused and left unchanged', async (_, text, problem) => {
    stage.writeJournal(text);
    await stage.expectRefusal('JournalCorrupt', `${stage.journal}:1: ${problem}`);
  });

  test('a torn last line of a journal is ignored, because its commit was never acknowledged', async () => {
    stage.writeJournal(`${stage.readJournal()}${encode({ commit: 68, writes: [] }).slice(0, -5)}`);
    await expectEverything(await stage.open());
  });

  test('a journal in a folder without its secrets is refused and left unchanged', async () => {
    stage.remove('secrets.json');
    await stage.expectRefusal('FolderInconsistent', `${stage.folder.file('secrets.json')} is missing`);
    expect(existsSync(stage.folder.file('secrets.json'))).toBe(false);
  });
});

describe('the values of a journal', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-journal-values-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Migrates a journal of these lines, and opens its store. */
  function migrate(...lines: readonly string[]): EmbeddedStore {
    const [journal, file] = [join(folder, 'journal.jsonl'), join(folder, 'store.db')];
    writeFileSync(journal, lines.join(''));
    migrateJournal({ journal, file, facts: { name: 'value' } });
    return EmbeddedStore.open({ file, clock: () => Date.UTC(2026, 0, 1) });
  }

  test('every kind of value survives a migration, and an item that was removed does not return', async () => {
    const item = {
      pk: 'p',
      sk: 'é\u{1F600}',
      text: '',
      small: 1n,
      large: 10n ** 37n + 1n,
      negative: -(2n ** 53n),
      yes: true,
      nothing: null,
      bytes: new Uint8Array([0, 255]),
      list: [null, { N: 'not a number' }, [1n]],
      map: { B: 'not bytes', M: { N: '1' } },
      marked: { N: '1' },
    };
    const store = migrate(
      HEADER,
      encode({
        commit: 1,
        writes: [
          { table: 'wallet', put: encodeJsonItem(item) },
          { table: 'usage', put: encodeJsonItem({ pk: 'p', sk: 'ends', expiresAt: 1n }) },
          { table: 'wallet', put: encodeJsonItem({ pk: 'p', sk: 'gone' }) },
        ],
      }),
      encode({ commit: 2, writes: [{ table: 'wallet', gone: ['p', 'gone'] }] }),
    );
    expect((await store.query({ table: WALLET, partition: 'p' })).items).toEqual([item]);
    expect(await store.get({ table: USAGE, key: { pk: 'p', sk: 'ends' } })).toBeUndefined();
    expect(await store.removeExpired()).toBe(1);
    expect(store.fact('name')).toBe('value');
    await store.close();
  });

  test('a token of a journal is remembered after the migration', async () => {
    const writes = [{ table: WALLET, put: { pk: 'p', sk: 'a' } }];
    const token = { token: 'token', fingerprint: fingerprintOf(writes), at: Date.UTC(2026, 0, 1) - 1 };
    const store = migrate(HEADER, encode({ commit: 1, writes: [], tokens: [token] }));
    await store.transact(writes, 'token');
    expect(await store.get({ table: WALLET, key: { pk: 'p', sk: 'a' } })).toBeUndefined();
    await expect(store.transact([{ table: WALLET, delete: { pk: 'p', sk: 'a' } }], 'token')).rejects.toMatchObject({
      name: 'IdempotencyMismatch',
    });
    await store.close();
  });
});
