import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DISK_KILOBYTES = 1_024;
/** A file system in memory allocates whole pages. */
const PAGE_BYTES = 4_096;

/** A small file system in memory, which a test can fill or make read-only. */
export class SmallDisk {
  readonly path: string;
  readonly #ballast: string;

  private constructor(path: string) {
    this.path = path;
    this.#ballast = join(path, 'ballast');
  }

  static mount(kilobytes = DISK_KILOBYTES): SmallDisk {
    const path = mkdtempSync(join(tmpdir(), 'tollgate-disk-'));
    try {
      run('mount', '-t', 'tmpfs', '-o', `size=${kilobytes}k,mode=700`, 'tmpfs', path);
    } catch (error) {
      rmdirSync(path);
      throw error;
    }
    return new SmallDisk(path);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** Leaves room for this many bytes, rounded up to whole pages. */
  fill(room = 0): void {
    const descriptor = openSync(this.#ballast, 'w');
    let written = 0;
    try {
      for (;;) written += writeSync(descriptor, Buffer.alloc(PAGE_BYTES));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(descriptor);
    }
    truncateSync(this.#ballast, Math.max(0, written - Math.ceil(room / PAGE_BYTES) * PAGE_BYTES));
  }

  /** Removes everything that filled the disk. */
  free(): void {
    rmSync(this.#ballast);
  }

  /** No file may be open for writing. */
  makeReadOnly(): void {
    run('mount', '-o', 'remount,ro', this.path);
  }

  /** @throws Error when a file is still open */
  unmount(): void {
    try {
      run('umount', this.path);
    } catch (error) {
      run('umount', '--lazy', this.path);
      throw error;
    } finally {
      rmdirSync(this.path);
    }
  }
}

/** @returns why this process cannot mount a disk, as a short clause */
export function whyNoSmallDisk(): string | undefined {
  try {
    SmallDisk.mount().unmount();
    return undefined;
  } catch {
    return 'mounting a file system needs root on Linux';
  }
}

const run = (program: string, ...args: readonly string[]): void =>
  void execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
