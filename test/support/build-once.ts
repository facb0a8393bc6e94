import { existsSync, mkdirSync, mkdtempSync, renameSync, rmdirSync, statSync } from 'node:fs';

/** A lock older than this belongs to a build that was killed, so another process may start over. */
const BUILD_MS_MAX = 180_000;
const POLL_MS = 50;

/**
 * Builds a folder unless it exists. When several processes need it at the same time, one builds it and the others wait.
 *
 * @param build fills a temporary folder, which is renamed to `folder` once it is complete
 */
export function buildOnce(folder: string, build: (folder: string) => void): void {
  const lock = `${folder}.lock`;
  while (!existsSync(folder)) {
    if (!acquired(lock)) {
      pause();
      continue;
    }
    try {
      if (existsSync(folder)) return;
      const unfinished = mkdtempSync(`${folder}.unfinished-`);
      build(unfinished);
      renameSync(unfinished, folder);
    } finally {
      rmdirSync(lock);
    }
  }
}

function acquired(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    if (isAbandoned(lock)) rmdirSync(lock);
    return false;
  }
}

const isAbandoned = (lock: string): boolean =>
  (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < Date.now() - BUILD_MS_MAX;

/** Blocks the process, because test files need the folder while they are loaded, which is synchronous. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POLL_MS);
}
