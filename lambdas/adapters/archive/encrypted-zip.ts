import { configure, ZipWriter } from '@zip.js/zip.js';
import type { Archive, ArchiveEntry, OpenArchive } from '../../domain/privacy/export/ports';

/** AES-256 as WinZip defines it (AE-2), which 7-Zip, WinZip and the archive managers of desktops open. */
const AES_256 = 3;
/**
 * zip.js lets entries wait for each other if more of them are open in the process, also without web workers. An entry
 * that waits for one that is written together with it would wait forever.
 */
const OPEN_ENTRIES_MAX = 1_000;
configure({ maxWorkers: OPEN_ENTRIES_MAX, useWebWorkers: false });

/** How far a writer of an entry may run ahead of the compression. */
const ENTRY_BUFFER_CHARACTERS = 256 * 1024;

/**
 * Writes an encrypted ZIP as a stream. The names of entries are not encrypted, so they must not say anything about a
 * person. The key is derived from the passphrase by only a thousand rounds of PBKDF2, so the passphrase must be random.
 */
export const openEncryptedZip: OpenArchive = (sink, passphrase) => new EncryptedZip(sink, passphrase);

class EncryptedZip implements Archive {
  readonly #zip: ZipWriter<unknown>;
  readonly #counted: CountedSink;
  readonly #open = new Set<WritableStreamDefaultWriter<string>>();

  constructor(sink: WritableStream<Uint8Array>, passphrase: string) {
    this.#counted = new CountedSink(sink);
    this.#zip = new ZipWriter(this.#counted.writable, {
      password: passphrase,
      encryptionStrength: AES_256,
      // Times of writing would differ between two writers of the same file.
      extendedTimestamp: false,
    });
  }

  add(name: string): ArchiveEntry {
    const { readable, writable } = new TransformStream<string, Uint8Array>(
      { transform: (text, controller) => controller.enqueue(Buffer.from(text)) },
      { highWaterMark: ENTRY_BUFFER_CHARACTERS, size: (text) => text.length },
    );
    const added = this.#zip.add(name, readable);
    const writer = writable.getWriter();
    // The next call that writes or closes gets the error.
    const failed = new Promise<never>((_resolve, reject) => void added.catch(reject));
    failed.catch(() => undefined);
    writer.closed.catch(() => undefined);
    this.#open.add(writer);
    return {
      write: async (text) => {
        await Promise.race([writer.ready, failed]);
        writer.write(text).catch(() => undefined);
      },
      close: async () => {
        await Promise.race([writer.close(), failed]);
        await added;
        this.#open.delete(writer);
      },
    };
  }

  async close(): Promise<number> {
    await this.#zip.close();
    return this.#counted.bytes;
  }

  async abort(cause: unknown): Promise<void> {
    await this.#counted.abort(cause);
    // Ends the compression of entries that were not closed. A write that waits for a sink that has failed never ends, and
    // the end of its entry would wait for it.
    for (const writer of this.#open) writer.abort(cause).catch(() => undefined);
  }
}

/** Counts the bytes on their way to a sink, and can abort it while the archive has its lock. */
class CountedSink {
  readonly writable: WritableStream<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  bytes = 0;

  constructor(sink: WritableStream<Uint8Array>) {
    this.#writer = sink.getWriter();
    this.#writer.closed.catch(() => undefined);
    this.writable = new WritableStream<Uint8Array>({
      write: async (chunk) => {
        this.bytes += chunk.length;
        await this.#writer.write(chunk);
      },
      close: () => this.#writer.close(),
      abort: (cause) => this.#writer.abort(cause),
    });
  }

  async abort(cause: unknown): Promise<void> {
    await this.#writer.abort(cause).catch(() => undefined);
  }
}
