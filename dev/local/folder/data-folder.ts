import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

/** What the folder holds opens the wallet: nobody else on the machine may read it. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** Where a local run keeps everything that outlives it. */
export class DataFolder {
  readonly path: string;

  /** @param path absolute */
  constructor(path: string) {
    this.path = path;
  }

  create(): void {
    mkdirSync(this.path, { recursive: true, mode: FOLDER_MODE });
    // The mode above is for a new folder only, and less the process's mask.
    chmodSync(this.path, FOLDER_MODE);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** @returns undefined when there is no such file */
  read(name: string): string | undefined {
    try {
      return readFileSync(this.file(name), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Replaces the file at once: a reader sees the old text or the new, never a part. */
  replace(name: string, text: string): void {
    renameSync(this.writeTemporary(name, text), this.file(name));
  }

  /** Writes a file that is not there yet, whole; false when it is. */
  writeIfAbsent(name: string, text: string): boolean {
    const beside = this.writeTemporary(name, text);
    try {
      linkSync(beside, this.file(name));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(beside, { force: true });
    }
  }

  private writeTemporary(name: string, text: string): string {
    const beside = this.file(`.${name}.${randomBytes(6).toString('hex')}`);
    writeFileSync(beside, text, { mode: FILE_MODE, flag: 'wx' });
    return beside;
  }
}
