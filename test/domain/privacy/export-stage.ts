import { Uint8ArrayReader, type Entry, TextWriter, ZipReader } from '@zip.js/zip.js';
import { z } from 'zod';
import { openEncryptedZip } from '../../../lambdas/adapters/archive/encrypted-zip';
import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import { type ExportInput, exportInputSchema } from '../../../lambdas/contracts/storage/export';
import { passphraseKey } from '../../../lambdas/contracts/storage/table-keys/privacy';
import { KEYS } from '../../../lambdas/contracts/storage/tables';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { notifyBy } from '../../../lambdas/domain/notifications/outbox/outbox';
import { type DeliverDependencies, deliverExport } from '../../../lambdas/domain/privacy/export/deliver';
import { Exports } from '../../../lambdas/domain/privacy/export/exports';
import type { ExportFiles } from '../../../lambdas/domain/privacy/export/ports';
import { type PartLimits, writePart } from '../../../lambdas/domain/privacy/export/write-part';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { exampleIds, storeExamples } from './example-items';

/** Keeps the files of exports in memory. A file appears when its sink is closed, as in S3. */
export class MemoryFiles implements ExportFiles {
  readonly files = new Map<string, Buffer>();

  create(path: string): WritableStream<Uint8Array> {
    const chunks: Uint8Array[] = [];
    return new WritableStream({
      write: (chunk) => void chunks.push(chunk),
      close: () => void this.files.set(path, Buffer.concat(chunks)),
    });
  }

  remove(path: string): Promise<void> {
    this.files.delete(path);
    return Promise.resolve();
  }
}

/** Exports on a store in memory, with two accounts that have one item of every kind. */
export class ExportStage {
  now = Date.parse('2026-11-20T10:00:00.000Z');
  readonly clock = (): number => this.now;
  readonly store: TableStore;
  readonly files = new MemoryFiles();
  readonly started: ExportInput[] = [];
  readonly exports: Exports;
  readonly ours = exampleIds(1);
  readonly theirs = exampleIds(2);
  readonly audit: AuditLog;

  private constructor(wrap: (store: TableStore) => TableStore) {
    const { clock } = this;
    this.store = wrap(EmbeddedStore.memory({ clock }));
    this.audit = new AuditLog({ store: this.store, clock, random: () => 0, sleep: () => Promise.resolve() });
    this.exports = new Exports({
      store: this.store,
      clock,
      audit: this.audit,
      workflows: { startExport: async (input) => void this.started.push(input) },
      links: { sign: async ({ path }) => ({ url: `https://files.example/${path}`, expiresAt: 'soon' }) },
      randomBytes: (bytes) => new Uint8Array(bytes).fill(7),
    });
  }

  static async open(wrap: (store: TableStore) => TableStore = (store) => store): Promise<ExportStage> {
    const stage = new ExportStage(wrap);
    await storeExamples(stage.store, stage.ours, 'ours');
    await storeExamples(stage.store, stage.theirs, 'theirs');
    return stage;
  }

  /** Requests an export for an owner by a command. */
  async request(ownerId = this.ours.accountId): Promise<ExportInput> {
    const { exportId } = await this.exports.request({ ownerId, actor: DEPLOYMENT });
    return exportInputSchema.parse({ ownerId, exportId });
  }

  /** Runs the steps of the workflow until it is done. @returns how many files were written */
  async run(input: ExportInput, limits?: PartLimits): Promise<number> {
    for (let steps = 1; ; steps += 1) {
      const { isComplete } = await this.write(input, limits);
      if (!isComplete) continue;
      await this.deliver(input);
      return steps;
    }
  }

  write(input: ExportInput, limits?: PartLimits, store = this.store) {
    const { clock, files } = this;
    return writePart({ store, clock, files, openArchive: openEncryptedZip, ...(limits && { limits }) }, input);
  }

  readonly openArchive = openEncryptedZip;

  get deliverDependencies(): DeliverDependencies {
    return { store: this.store, audit: this.audit, notify: notifyBy(this.clock) };
  }

  deliver(input: ExportInput, store = this.store): Promise<void> {
    return deliverExport({ store, audit: this.audit, notify: notifyBy(this.clock) }, input);
  }

  /** Every file of an export's archives by name; files of several archives are joined. */
  async contents({ ownerId, exportId }: ExportInput): Promise<ReadonlyMap<string, readonly string[]>> {
    const { files } = await this.exports.get(ownerId, exportId);
    const passphrase = await this.store.get({ table: KEYS, key: passphraseKey(exportId) });
    const contents = new Map<string, string[]>();
    for (const { name } of files) {
      const archive = this.files.files.get(`${ownerId}/${exportId}/${name}`);
      if (archive === undefined) throw new Error(`the file ${name} does not exist`);
      for (const [entry, text] of await unzip(archive, z.string().parse(passphrase?.['passphrase']))) {
        contents.set(entry, [...(contents.get(entry) ?? []), text]);
      }
    }
    return contents;
  }

  /** The exported items of each kind. */
  async items(input: ExportInput): Promise<ReadonlyMap<string, readonly ExportedItem[]>> {
    const documents = [...(await this.contents(input))].filter(([name]) => /^[\w-]+\.json$/.test(name));
    return new Map(
      documents.map(([name, texts]) => [
        name.replace('.json', ''),
        texts.flatMap((text) => (JSON.parse(text) as { items: ExportedItem[] }).items),
      ]),
    );
  }
}

export type ExportedItem = { readonly [field: string]: unknown };

export async function unzip(archive: Uint8Array, password: string): Promise<readonly (readonly [string, string])[]> {
  const reader = new ZipReader(new Uint8ArrayReader(archive), { password, useWebWorkers: false });
  const entries = await reader.getEntries();
  const read = async (entry: Entry) => {
    if (entry.directory || !entry.encrypted) throw new Error(`${entry.filename} is not an encrypted file`);
    return [entry.filename, await entry.getData(new TextWriter())] as const;
  };
  return Promise.all(entries.map(read));
}
