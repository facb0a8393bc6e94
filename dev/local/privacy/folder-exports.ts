import { createHmac, timingSafeEqual } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isoTime } from '../../../lambdas/contracts/storage/table-keys/key-parts';
import { type Clock, MINUTE_MS } from '../../../lambdas/domain/clock';
import type { ErasableFiles } from '../../../lambdas/domain/privacy/erasure/ports';
import type { ExportFiles, ExportLink, ExportLinks } from '../../../lambdas/domain/privacy/export/ports';
import type { DataFolder } from '../folder/data-folder';

const FOLDER = 'exports';
const FILE_MODE = 0o600;
const LINK_MS = 5 * MINUTE_MS;
export const DOWNLOADS_PATH = '/exports/';
/** `<owner>/<export>/<file>`: no part can lead out of the folder. */
const PATH = /^(?:acc|per)_\w{26}\/exp_\w{26}\/\d{3}-[0-9a-f]{16}\.zip$/;
const OWNER = /^(?:acc|per)_\w{26}$/;
const NAME = /^exp_\w{26}(?:-\d{1,3})?\.zip$/;

export interface FolderExportsOptions {
  readonly folder: DataFolder;
  readonly clock: Clock;
  /** Signs links. */
  readonly secret: Uint8Array;
  /** The gateway's own origin, once it listens. */
  readonly origin: () => string;
}

/** Stands in for S3: stores the files of exports in the data folder, and serves them to those who have a signed link. */
export class FolderExports implements ExportFiles, ExportLinks, ErasableFiles {
  private readonly options: FolderExportsOptions;

  constructor(options: FolderExportsOptions) {
    this.options = options;
  }

  create(path: string): WritableStream<Uint8Array> {
    const file = this.fileOf(path);
    const unfinished = `${file}.part`;
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const output = Writable.toWeb(
      createWriteStream(unfinished, { mode: FILE_MODE, flush: true }),
    ) as WritableStream<Uint8Array>;
    const writer = output.getWriter();
    return new WritableStream({
      write: (chunk) => writer.write(chunk),
      close: async () => {
        await writer.close();
        renameSync(unfinished, file);
      },
      abort: async (cause) => {
        await writer.abort(cause).catch(() => undefined);
        rmSync(unfinished, { force: true });
      },
    });
  }

  remove(path: string): Promise<void> {
    rmSync(this.fileOf(path), { force: true });
    return Promise.resolve();
  }

  removeSome(ownerId: string): Promise<boolean> {
    rmSync(this.folderOf(ownerId), { recursive: true, force: true });
    return Promise.resolve(true);
  }

  hasAny(ownerId: string): Promise<boolean> {
    return Promise.resolve(existsSync(this.folderOf(ownerId)));
  }

  sign({ path, name }: { readonly path: string; readonly name: string }): Promise<ExportLink> {
    const { clock, origin } = this.options;
    const until = clock() + LINK_MS;
    const query = new URLSearchParams({ name, until: String(until), signature: this.signatureOf(path, name, until) });
    return Promise.resolve({
      url: `${origin()}${DOWNLOADS_PATH}${path}?${query.toString()}`,
      expiresAt: isoTime(until),
    });
  }

  /** Sends a file, or 403 for a link that was not signed here or has expired, as S3 does. */
  async answer({ method, url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const path = pathname.slice(DOWNLOADS_PATH.length);
    const [name, until] = [searchParams.get('name') ?? '', Number(searchParams.get('until'))];
    const isSigned = isEqual(searchParams.get('signature') ?? '', this.signatureOf(path, name, until));
    if (method !== 'GET' || !PATH.test(path) || !NAME.test(name) || !isSigned || until <= this.options.clock()) {
      return void response.writeHead(403).end();
    }
    const file = this.fileOf(path);
    const size = statSync(file, { throwIfNoEntry: false })?.size;
    if (size === undefined) return void response.writeHead(404).end();
    response.writeHead(200, {
      'content-type': 'application/zip',
      'content-length': size,
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
    });
    await pipeline(createReadStream(file), response).catch(() => undefined);
  }

  private folderOf(ownerId: string): string {
    if (!OWNER.test(ownerId)) throw new RangeError('not the ID of an account or a person');
    return this.options.folder.file(`${FOLDER}/${ownerId}`);
  }

  private fileOf(path: string): string {
    if (!PATH.test(path)) throw new RangeError('not the path of a file of an export');
    return this.options.folder.file(`${FOLDER}/${path}`);
  }

  private signatureOf(path: string, name: string, until: number): string {
    return createHmac('sha256', this.options.secret)
      .update(JSON.stringify([path, name, until]))
      .digest('base64url');
  }
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
