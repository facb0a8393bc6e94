import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { syncFolder } from '../../../lambdas/adapters/embedded/store-file';

/** The folder contains secrets that give access to the wallet, so no other user of the machine may read it. */
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** The folder in which a local run stores everything that outlives it. */
export class DataFolder {
  readonly path: string;

  /** @param path absolute */
  constructor(path: string) {
    this.path = path;
  }

  create(): void {
    mkdirSync(this.path, { recursive: true, mode: FOLDER_MODE });
    // mkdir applies its mode only to a new folder, and reduces it by the process's umask.
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

  /** Replaces a file atomically: a reader sees the old text or the new one, never a part. */
  replace(name: string, text: string): void {
    renameSync(this.writeTemporary(name, text), this.file(name));
  }

  /**
   * Creates a file atomically.
   * @returns false when it already exists
   */
  writeIfAbsent(name: string, text: string): boolean {
    const temporary = this.writeTemporary(name, text);
    try {
      linkSync(temporary, this.file(name));
      syncFolder(this.path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  private writeTemporary(name: string, text: string): string {
    const temporary = this.file(`.${name}.${randomBytes(6).toString('hex')}`);
    // Stored keys are worthless without the secrets, so a power failure must not lose them.
    writeFileSync(temporary, text, { mode: FILE_MODE, flag: 'wx', flush: true });
    return temporary;
  }
}
