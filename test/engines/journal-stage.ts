import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataFolder } from '../../dev/local/folder/data-folder';
import { type LocalServices, openLocalServices } from '../../dev/local/gateway/local-services';
import { encodeLine } from '../../lambdas/adapters/embedded/journal/entries';

const FIXTURE = join(__dirname, 'fixtures/journal-folder');

/** The fixture's journal was written by the last release that had one, with what its command line printed about it. */
interface Expected {
  readonly madeAt: string;
  readonly accountId: string;
  readonly apiKey: string;
  readonly revokedKey: string;
  readonly outputs: readonly { readonly command: readonly string[]; readonly lines: readonly string[] }[];
}

export const EXPECTED = JSON.parse(readFileSync(join(FIXTURE, 'expected.json'), 'utf8')) as Expected;

/** The first line of a journal. */
export const HEADER = encodeLine({ journal: 1, commit: 0 });
/** A migration leaves this: a journal without commits, in a format that the older release refuses. */
export const NOTE = '{"journal":2,"commit":0,"crc":"f39fd2f3"}\n';

/** Copies the data folder of the last release that had a journal, as it was when that release stopped. */
export function copyJournalFolder(to: string): void {
  for (const name of ['journal.jsonl', 'secrets.json']) cpSync(join(FIXTURE, name), join(to, name));
  const stoppedAt = new Date(EXPECTED.madeAt);
  utimesSync(join(to, 'journal.jsonl'), stoppedAt, stoppedAt);
}

/** A data folder of an older release, on which a test starts the new one. */
export class JournalStage {
  readonly folder: DataFolder;
  readonly journal: string;
  readonly store: string;
  #opened: LocalServices[] = [];

  /** @param path an existing folder. @default a new temporary folder */
  constructor(path = mkdtempSync(join(tmpdir(), 'tollgate-migration-'))) {
    this.folder = new DataFolder(path);
    this.journal = this.folder.file('journal.jsonl');
    this.store = this.folder.file('store.db');
    copyJournalFolder(path);
  }

  /** Opens the folder as a start of the new release does, a minute after the older release stopped. */
  async open(): Promise<LocalServices> {
    const clock = () => Date.parse(EXPECTED.madeAt) + 60_000;
    const services = await openLocalServices(this.folder, { clock });
    this.#opened.push(services);
    return services;
  }

  async close(): Promise<void> {
    for (const services of this.#opened.splice(0)) await services.close();
  }

  /** Closes the folder and removes it. */
  async end(): Promise<void> {
    await this.close();
    rmSync(this.folder.path, { recursive: true });
  }

  /** Removes a file of the folder. */
  remove(name: string): void {
    rmSync(this.folder.file(name));
  }

  names(): readonly string[] {
    return readdirSync(this.folder.path).sort();
  }

  readJournal(): string {
    return readFileSync(this.journal, 'utf8');
  }

  writeJournal(text: string): void {
    writeFileSync(this.journal, text);
  }

  /** Fails unless a start throws this, changes nothing in the journal, and creates no store. */
  async expectRefusal(name: string, message: string | RegExp): Promise<void> {
    const before = this.readJournal();
    const hadStore = existsSync(this.store);
    const start = this.open();
    await expect(start).rejects.toMatchObject({ name });
    await expect(start).rejects.toThrow(message);
    expect(this.readJournal() === before).toBe(true);
    expect(existsSync(this.store)).toBe(hadStore);
    expect(this.names().filter((file) => file.includes('migrating'))).toEqual([]);
  }
}
