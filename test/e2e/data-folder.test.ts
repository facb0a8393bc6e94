import { hash } from 'node:crypto';
import { copyFileSync, cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { type LocalServices, openLocalServices, openReadOnlyServices } from '../../dev/local/gateway/local-services';
import { EmbeddedStore } from '../../lambdas/adapters/embedded/embedded-store';
import { copyJournalFolder, EXPECTED, NOTE } from '../engines/journal-stage';
import { killChildren, runScript, start } from './child-process';
import { temporaryFolder } from './temporary-folder';

const RESTORE = 'Restore the data folder from a backup, or set TOLLGATE_DATA to a new one.';

const folders: DataFolder[] = [];
let folder: DataFolder;
let opened: LocalServices[] = [];
beforeEach(() => {
  folder = newFolder();
});
afterEach(async () => {
  await close();
  await killChildren();
  for (const { path } of folders.splice(0)) rmSync(path, { recursive: true });
});

function newFolder(): DataFolder {
  const made = new DataFolder(temporaryFolder());
  folders.push(made);
  return made;
}

async function open(at = folder): Promise<LocalServices> {
  const services = await openLocalServices(at);
  opened.push(services);
  return services;
}

async function close(): Promise<void> {
  for (const services of opened) await services.close();
  opened = [];
}

/** Creates an account with a key in a folder. @returns the key */
async function use(at = folder): Promise<string> {
  const { accounts, keys } = await open(at);
  const { key } = await keys.create({ accountId: await accounts.create() });
  await close();
  return key;
}

const digestOf = (name: string): string => hash('sha256', readFileSync(folder.file(name)));

/** Fails unless a start and a read refuse the folder with this message, and leave its secrets as they are. */
async function expectRefusal(message: string, name = 'FolderInconsistent'): Promise<void> {
  const before = folder.read('secrets.json');
  for (const refused of [open, openReadOnlyServices]) {
    await expect(refused(folder)).rejects.toMatchObject({ name, message });
  }
  expect(folder.read('secrets.json')).toBe(before);
}

describe('a data folder that was in use', () => {
  test('a folder whose store was emptied is refused, and the store stays empty', async () => {
    await use();
    truncateSync(folder.file('store.db'));
    await expectRefusal(
      `${folder.file('store.db')} is missing or empty, but secrets.json shows that the folder was in use. ${RESTORE}`,
    );
    expect(readFileSync(folder.file('store.db'))).toHaveLength(0);
  });

  test('a folder whose store is missing is refused, and no store is created', async () => {
    await use();
    rmSync(folder.file('store.db'));
    await expectRefusal(
      `${folder.file('store.db')} is missing or empty, but secrets.json shows that the folder was in use. ${RESTORE}`,
    );
    expect(existsSync(folder.file('store.db'))).toBe(false);
  });

  test('a folder with the store of another folder is refused, and that store stays as it is', async () => {
    const other = newFolder();
    await use();
    await use(other);
    copyFileSync(other.file('store.db'), folder.file('store.db'));
    const before = digestOf('store.db');
    await expectRefusal(
      `${folder.file('store.db')} belongs to another data folder: its keys do not fit secrets.json. Restore both files from the same backup.`,
    );
    expect(digestOf('store.db')).toBe(before);
  });

  test('a folder with an empty store that no folder has claimed is refused too', async () => {
    await use();
    rmSync(folder.file('store.db'));
    await EmbeddedStore.open({ file: folder.file('store.db'), clock: Date.now }).close();
    await expectRefusal(
      `${folder.file('store.db')} belongs to another data folder: its keys do not fit secrets.json. Restore both files from the same backup.`,
    );
  });

  test('a folder with a file that is not a store is refused, and the file stays as it is', async () => {
    await use();
    const file = folder.file('store.db');
    writeFileSync(file, 'not a store\n'.repeat(1_000));
    const before = digestOf('store.db');
    await expectRefusal(
      `${file} was refused: it is damaged or not a store. Restore the data folder from a backup, or use another folder.`,
      'StoreRefused',
    );
    expect(digestOf('store.db')).toBe(before);
  });

  test('a folder whose secrets are missing is refused, and no new ones are created', async () => {
    await use();
    rmSync(folder.file('secrets.json'));
    await expectRefusal(
      `${folder.file('secrets.json')} is missing, and no stored key can be verified without it. ${RESTORE}`,
    );
  });

  test.each(['', '{"pepper":', '{"pepper":"short"}'])(
    'a folder with the damaged secrets %j is refused',
    async (text) => {
      await use();
      writeFileSync(folder.file('secrets.json'), text);
      await expectRefusal(
        `${folder.file('secrets.json')} is damaged, and no stored key can be verified without it. ${RESTORE}`,
      );
    },
  );

  test('a folder that was copied as a whole works, and its keys too', async () => {
    const key = await use();
    const copy = newFolder();
    cpSync(folder.path, copy.path, { recursive: true });
    const { keys } = await open(copy);
    expect(await keys.verify(key)).toBeDefined();
  });
});

describe('a first start that was killed', () => {
  const createStore = () => EmbeddedStore.open({ file: folder.file('store.db'), clock: Date.now });

  /** Fails unless a key from the next start still works after another one. */
  async function expectUsable(): Promise<void> {
    const key = await use();
    const { keys } = await open();
    expect(await keys.verify(key)).toBeDefined();
  }

  test('a first start that was killed before its store had any content is completed by the next one', async () => {
    writeFileSync(folder.file('store.db'), '');
    await expectUsable();
  });

  test('a first start that was killed before its store had tables is completed by the next one', async () => {
    const database = new DatabaseSync(folder.file('store.db'));
    database.exec('pragma journal_mode = wal');
    database.close();
    expect(readFileSync(folder.file('store.db')).length).toBeGreaterThan(0);
    await expectUsable();
  });

  test('a first start that was killed before its store was claimed is completed by the next one', async () => {
    await createStore().close();
    await expectUsable();
  });

  test('a first start that was killed after its store was claimed is completed by the next one', async () => {
    const store = createStore();
    await store.putFact('folder', 'the fingerprint of secrets that were never stored');
    await store.close();
    await expectUsable();
  });
});

describe('a gateway process', () => {
  test('a gateway that refuses its data folder prints one line and exits with code 1', async () => {
    await use();
    truncateSync(folder.file('store.db'));
    const child = runScript('local/start.ts', [], { PORT: '0', TOLLGATE_DATA: folder.path });
    expect(await child.ended).toBe(1);
    expect(child.err()).toBe(
      `${folder.file('store.db')} is missing or empty, but secrets.json shows that the folder was in use. ${RESTORE}\n`,
    );
    expect(readFileSync(folder.file('store.db'))).toHaveLength(0);
  });

  test('a gateway starts on the folder of an older release, and the old key pays for a request', async () => {
    copyJournalFolder(folder.path);
    const gateway = await start(folder.path);
    expect(gateway.accountId).toBe(EXPECTED.accountId);
    const answer = await fetch(`${gateway.gatewayUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${EXPECTED.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'demo', messages: [{ role: 'user', content: 'Hi' }] }),
    });
    expect(answer.status).toBe(200);
    expect(Number(answer.headers.get('x-tollgate-cost'))).toBeGreaterThan(0);
    expect(folder.read('journal.jsonl')).toBe(NOTE);
  });

  test.each(['power-loss', 'process-crash'])(
    'a gateway with TOLLGATE_DURABILITY=%s starts, and starts again after it was killed',
    async (durability) => {
      const environment = { TOLLGATE_DURABILITY: durability };
      const first = await start(folder.path, environment);
      first.kill('SIGKILL');
      await first.ended;
      const second = await start(folder.path, environment);
      expect(second.apiKey).toBe(first.apiKey);
    },
  );

  test('a gateway with another durability refuses to start and names the accepted ones', async () => {
    const child = runScript('local/start.ts', [], { PORT: '0', TOLLGATE_DATA: folder.path, TOLLGATE_DURABILITY: 'no' });
    expect(await child.ended).toBe(1);
    expect(child.err()).toBe('TOLLGATE_DURABILITY must be power-loss or process-crash.\n');
  });
});
