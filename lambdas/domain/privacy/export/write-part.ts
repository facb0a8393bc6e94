import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { ExportFile, ExportInput, ExportPosition, StoredExport } from '../../../contracts/storage/export';
import type { StoredItem } from '../../../contracts/storage/stored-item';
import { exportKey, passphraseKey } from '../../../contracts/storage/table-keys/privacy';
import { ACCOUNTS, KEYS } from '../../../contracts/storage/tables';
import type { Clock } from '../../clock';
import { MINUTE_MS } from '../../clock';
import { compare } from '../../table/condition';
import { ConditionFailed } from '../../table/table-errors';
import type { TableStore } from '../../table/table-store';
import type { Item } from '../../table/value';
import { EXPORTED } from '../register';
import { findExport, pathOf } from './export-item';
import { addFile, KindFiles } from './kind-files';
import type { Archive, ExportFiles, OpenArchive } from './ports';
import { readItems } from './read-items';
import { readmeOf } from './readme';
import { dataSubject } from './subject';

/**
 * A file is closed once it has this much text or took this long, and the next step begins another. So a step ends well
 * within a function's fifteen minutes, and a failed one repeats little.
 */
export interface PartLimits {
  readonly characters: number;
  readonly milliseconds: number;
}
const PART_LIMITS: PartLimits = { characters: 256 * 1024 * 1024, milliseconds: 6 * MINUTE_MS };

export interface WritePartDependencies {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly files: ExportFiles;
  readonly openArchive: OpenArchive;
  /** @default PART_LIMITS */
  readonly limits?: PartLimits;
  /** The kinds of items. @default all that have an exported field */
  readonly kinds?: readonly StoredItem[];
}

/** The result of a step. It holds no data, because the history of an execution is kept. */
export interface PartWritten {
  readonly isComplete: boolean;
}

/** The run cannot go on: its export or its passphrase is gone. */
class ExportGone extends Error {
  override readonly name = 'ExportGone';
}

/**
 * Writes the next file of an export, and notes where the one after it begins. A repeat after a failure writes the file
 * again under another name. If two run at once, the export keeps the file of the one that ends first.
 * @throws ExportGone
 */
export async function writePart(
  dependencies: WritePartDependencies,
  { ownerId, exportId }: ExportInput,
): Promise<PartWritten> {
  const { store, files } = dependencies;
  const stored = await findExport(store, ownerId, exportId);
  if (stored === undefined) throw new ExportGone();
  if (stored.isComplete) return { isComplete: true };
  const name = `${String(stored.files.length + 1).padStart(3, '0')}-${randomBytes(8).toString('hex')}.zip`;
  const path = pathOf(ownerId, exportId, { name });
  const written = await writeFile(dependencies, { ownerId, stored, path });
  const file = { name, bytes: written.bytes, items: written.items };
  const isKept = await keep(store, { ownerId, stored, file, next: written.next });
  if (!isKept) await files.remove(path);
  const current = isKept ? written.next === undefined : (await findExport(store, ownerId, exportId))?.isComplete;
  return { isComplete: current ?? false };
}

interface FileWritten {
  readonly bytes: number;
  readonly items: number;
  readonly next: ExportPosition | undefined;
}

async function writeFile(
  { store, clock, files, openArchive, limits = PART_LIMITS, kinds = EXPORTED }: WritePartDependencies,
  part: { readonly ownerId: string; readonly stored: StoredExport; readonly path: string },
): Promise<FileWritten> {
  const { ownerId, stored, path } = part;
  const secret = await store.get({ table: KEYS, key: passphraseKey(stored.exportId) });
  if (secret === undefined) throw new ExportGone();
  const subject = await dataSubject(store, ownerId);
  const archive = openArchive(files.create(path), z.string().parse(secret['passphrase']));
  try {
    const startedAt = clock();
    const totals = { items: 0, characters: 0 };
    const counts = new Map<string, number>();
    let next: ExportPosition | undefined;
    let open: { readonly kind: StoredItem; readonly files: KindFiles } | undefined;
    for await (const page of readItems(store, kinds, subject, stored.position)) {
      if (open?.kind !== page.kind) {
        await open?.files.close();
        open = { kind: page.kind, files: new KindFiles(archive, page.kind) };
      }
      totals.characters += await open.files.write(page.items);
      totals.items += page.items.length;
      counts.set(page.kind.kind, open.files.items);
      next = page.next;
      if (totals.characters >= limits.characters || clock() - startedAt >= limits.milliseconds) break;
    }
    await open?.files.close();
    await addReadme(archive, { ownerId, stored, counts, isLast: next === undefined });
    return { bytes: await archive.close(), items: totals.items, next };
  } catch (error) {
    await archive.abort(error);
    throw error;
  }
}

const addReadme = (archive: Archive, about: Parameters<typeof readmeOf>[0]): Promise<void> =>
  addFile(archive, 'README.txt', readmeOf(about));

/** Notes a file, unless another run has noted one since the export was read. */
async function keep(
  store: TableStore,
  {
    ownerId,
    stored,
    file,
    next,
  }: {
    readonly ownerId: string;
    readonly stored: StoredExport;
    readonly file: ExportFile;
    readonly next: ExportPosition | undefined;
  },
): Promise<boolean> {
  const files = [...stored.files, file].map((each): Item => ({ ...each }));
  try {
    await store.write({
      table: ACCOUNTS,
      update: exportKey(ownerId, stored.exportId),
      change: {
        set: {
          files,
          fileCount: files.length,
          isComplete: next === undefined,
          ...(next && { position: itemOf(next) }),
        },
        ...(next === undefined && { remove: ['position'] }),
      },
      when: compare('fileCount', '=', stored.files.length),
    });
    return true;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    // The reply to our own write may have been lost, and the write repeated.
    return (await findExport(store, ownerId, stored.exportId))?.files.some(({ name }) => name === file.name) ?? false;
  }
}

const itemOf = ({ kind, place, after }: ExportPosition): Item => ({
  kind,
  place,
  ...(after && { after: { pk: after.pk, sk: after.sk } }),
});
