import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import type { Durability } from '../../../lambdas/adapters/embedded/file-commits';
import { holdsData, migrateJournal } from '../../../lambdas/adapters/embedded/journal/migrate-journal';
import { pepperSecretSchema } from '../../../lambdas/contracts/deployment/secrets';
import type { Clock } from '../../../lambdas/domain/clock';
import { CLOCK_FACT, initialClock } from '../gateway/expiry-clock';
import type { DataFolder } from './data-folder';

const STORE_FILE = 'store.db';
/** In which releases before the embedded database kept everything. */
const JOURNAL_FILE = 'journal.jsonl';
const SECRETS_FILE = 'secrets.json';
const PEPPER_BYTES = 32;
/** Tells which secrets a store was created with. */
const FOLDER_FACT = 'folder';

const secretsSchema = z.object({ pepper: pepperSecretSchema });

/** The files of a data folder do not belong together. No data was changed. */
export class FolderInconsistent extends Error {
  override readonly name = 'FolderInconsistent';
}

/** A folder's store, and the secret that goes into the hash of every key. */
export interface OpenedStore {
  readonly store: EmbeddedStore;
  readonly pepper: string;
}

/**
 * Opens the store of a folder. A new folder gets a store and a pepper; a folder of an older release is migrated.
 * @throws FolderInconsistent when the store or the secrets are missing, or do not belong together
 * @throws StoreRefused, JournalCorrupt or MigrationRefused when the data cannot be used
 */
export async function openStore(
  folder: DataFolder,
  { clock, durability }: { readonly clock: Clock; readonly durability: Durability },
): Promise<OpenedStore> {
  const file = folder.file(STORE_FILE);
  const secrets = readPepper(folder);
  if (holdsData(folder.file(JOURNAL_FILE))) migrate(folder, file, secrets);
  // A store of another folder is recognised before anything is written to it.
  if (secrets !== undefined) await (await openStoreReadOnly(folder, clock)).store.close();
  const store = EmbeddedStore.open({ file, clock, durability });
  try {
    return { store, pepper: secrets ?? (await claim(folder, store)) };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Opens the store of a folder that cannot be written to. Every write throws StoreReadOnly.
 * @throws FolderInconsistent when the store or the secrets are missing, or do not belong together
 */
export async function openStoreReadOnly(folder: DataFolder, clock: Clock): Promise<OpenedStore> {
  const pepper = readPepper(folder);
  if (pepper === undefined) throw secretsMissing(folder);
  if (holdsData(folder.file(JOURNAL_FILE))) return { store: openJournalReadOnly(folder, clock, pepper), pepper };
  const file = folder.file(STORE_FILE);
  if (!holdsStore(file)) throw storeMissing(folder);
  const store = EmbeddedStore.openReadOnly({ file, clock });
  try {
    checkOwner(folder, store, pepper);
    return { store, pepper };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** A folder of an older release cannot be migrated in place, so a temporary folder takes the store. */
function openJournalReadOnly(folder: DataFolder, clock: Clock, pepper: string): EmbeddedStore {
  const journal = folder.file(JOURNAL_FILE);
  const temporary = mkdtempSync(join(tmpdir(), 'tollgate-folder-'));
  const onClose = (): void => rmSync(temporary, { recursive: true, force: true });
  try {
    const file = join(temporary, STORE_FILE);
    migrateJournal({ journal, file, facts: factsOf(journal, pepper), keepsJournal: true });
    return EmbeddedStore.openReadOnly({ file, clock, onClose });
  } catch (error) {
    onClose();
    throw error;
  }
}

function migrate(folder: DataFolder, file: string, pepper: string | undefined): void {
  if (pepper === undefined) throw secretsMissing(folder);
  const journal = folder.file(JOURNAL_FILE);
  migrateJournal({ journal, file, facts: factsOf(journal, pepper) });
}

/** The journal's last change is the last time that is known, should the clock be wrong now. */
const factsOf = (journal: string, pepper: string): { readonly [name: string]: string } => ({
  [FOLDER_FACT]: fingerprintOf(pepper),
  [CLOCK_FACT]: initialClock(statSync(journal).mtimeMs),
});

/**
 * Ties a new store to new secrets. The store is marked first, so a start that is killed in between leaves an empty store
 * without secrets, which the next start marks again.
 * @returns the new pepper
 */
async function claim(folder: DataFolder, store: EmbeddedStore): Promise<string> {
  if (!store.isEmpty()) throw secretsMissing(folder);
  const pepper = randomBytes(PEPPER_BYTES).toString('base64');
  await store.putFact(FOLDER_FACT, fingerprintOf(pepper));
  folder.writeIfAbsent(SECRETS_FILE, `${JSON.stringify({ pepper })}\n`);
  return pepper;
}

function checkOwner(folder: DataFolder, store: EmbeddedStore, pepper: string): void {
  if (store.fact(FOLDER_FACT) === fingerprintOf(pepper)) return;
  throw new FolderInconsistent(
    `${folder.file(STORE_FILE)} belongs to another data folder: its keys do not fit ${SECRETS_FILE}. ` +
      'Restore both files from the same backup.',
  );
}

const fingerprintOf = (pepper: string): string =>
  createHmac('sha256', pepper).update('the store of this data folder').digest('base64url');

function readPepper(folder: DataFolder): string | undefined {
  const text = folder.read(SECRETS_FILE);
  if (text === undefined) return undefined;
  try {
    return secretsSchema.parse(JSON.parse(text)).pepper;
  } catch {
    throw secretsUnusable(folder, 'damaged');
  }
}

/** SQLite would take an empty file for a new store. */
const holdsStore = (file: string): boolean => existsSync(file) && statSync(file).size > 0;

const storeMissing = (folder: DataFolder): FolderInconsistent =>
  new FolderInconsistent(
    `${folder.file(STORE_FILE)} is missing or empty, but ${SECRETS_FILE} shows that the folder was in use. ` +
      'Restore the data folder from a backup, or set TOLLGATE_DATA to a new one.',
  );

const secretsMissing = (folder: DataFolder): FolderInconsistent => secretsUnusable(folder, 'missing');

const secretsUnusable = (folder: DataFolder, problem: 'missing' | 'damaged'): FolderInconsistent =>
  new FolderInconsistent(
    `${folder.file(SECRETS_FILE)} is ${problem}, and no stored key can be verified without it. ` +
      'Restore the data folder from a backup, or set TOLLGATE_DATA to a new one.',
  );
