import type { StoredItem } from '../../../contracts/storage/stored-item';
import type { Item } from '../../table/value';
import type { Archive, ArchiveEntry } from './ports';
import { csvOf, formatOf, type ItemFormat, jsonOf } from './render-item';

/** Counts the versions of the export's format: a new one may change or remove fields, and not only add some. */
export const FORMAT_VERSION = 1;

/** Characters are collected up to this many, because each write has a price of its own. */
const CHUNK_CHARACTERS = 64 * 1024;

/** The two files of one kind of item in an archive. They are begun with the first item, so no archive has empty ones. */
export class KindFiles {
  readonly #archive: Archive;
  readonly #kind: StoredItem;
  readonly #format: ItemFormat;
  #json: BufferedEntry | undefined;
  #csv: BufferedEntry | undefined;
  items = 0;

  constructor(archive: Archive, kind: StoredItem) {
    this.#archive = archive;
    this.#kind = kind;
    this.#format = formatOf(kind);
  }

  /** @returns how many characters were written */
  async write(items: readonly Item[]): Promise<number> {
    if (items.length === 0) return 0;
    const { kind } = this.#kind;
    const { columns, read } = this.#format;
    this.#json ??= await BufferedEntry.begin(
      this.#archive.add(`${kind}.json`),
      `{"format":"tollgate-export","version":${FORMAT_VERSION},"kind":"${kind}","items":[`,
    );
    this.#csv ??= await BufferedEntry.begin(this.#archive.add(`${kind}.csv`), `${columns.join(',')}\r\n`);
    const rows = items.map(read);
    let json = '';
    for (const item of rows) {
      json += `${this.items === 0 ? '\n' : ',\n'}${jsonOf(item)}`;
      this.items += 1;
    }
    const csv = csvOf(columns, rows);
    await Promise.all([this.#json.write(json), this.#csv.write(csv)]);
    return json.length + csv.length;
  }

  async close(): Promise<void> {
    if (this.#json === undefined || this.#csv === undefined) return;
    await this.#json.write('\n]}\n');
    await Promise.all([this.#json.close(), this.#csv.close()]);
    await addFile(
      this.#archive,
      `schemas/${this.#kind.kind}.json`,
      `${JSON.stringify(this.#format.jsonSchema, null, 2)}\n`,
    );
  }
}

export async function addFile(archive: Archive, name: string, text: string): Promise<void> {
  const entry = archive.add(name);
  await entry.write(text);
  await entry.close();
}

class BufferedEntry {
  readonly #entry: ArchiveEntry;
  #text = '';

  private constructor(entry: ArchiveEntry) {
    this.#entry = entry;
  }

  static async begin(entry: ArchiveEntry, text: string): Promise<BufferedEntry> {
    const buffered = new BufferedEntry(entry);
    await buffered.write(text);
    return buffered;
  }

  async write(text: string): Promise<void> {
    this.#text += text;
    if (this.#text.length >= CHUNK_CHARACTERS) await this.#flush();
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#entry.close();
  }

  async #flush(): Promise<void> {
    const text = this.#text;
    this.#text = '';
    if (text !== '') await this.#entry.write(text);
  }
}
