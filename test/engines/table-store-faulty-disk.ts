import type { JournalFile, JournalFiles } from '../../lambdas/adapters/embedded/journal-files';

/** A simulated disk that can be full and can fail to truncate. */
export class FaultyDisk implements JournalFiles {
  readonly #files = new Map<string, Buffer>();
  /** The number of bytes that can still be written. */
  room = Infinity;
  truncates = true;

  text(file: string): string {
    return this.#content(file).toString();
  }

  names(): readonly string[] {
    return [...this.#files.keys()];
  }

  read(file: string): Uint8Array | undefined {
    return this.#files.get(file);
  }

  open(file: string): JournalFile {
    this.#files.set(file, this.#content(file));
    return {
      append: (text) => {
        const fits = Buffer.from(text).subarray(0, this.room);
        if (fits.length === 0) throw systemError('ENOSPC');
        this.room -= fits.length;
        this.#files.set(file, Buffer.concat([this.#content(file), fits]));
        return fits.length;
      },
      truncate: (bytes) => {
        if (!this.truncates) throw systemError('EIO');
        this.room += this.#content(file).length - bytes;
        this.#files.set(file, this.#content(file).subarray(0, bytes));
      },
      sync: () => undefined,
      close: () => undefined,
    };
  }

  rename(from: string, to: string): void {
    this.#files.set(to, this.#content(from));
    this.#files.delete(from);
  }

  remove(file: string): void {
    this.#files.delete(file);
  }

  #content(file: string): Buffer {
    return this.#files.get(file) ?? Buffer.alloc(0);
  }
}

const systemError = (code: string): Error => Object.assign(new Error(`${code}: simulated by the test`), { code });
