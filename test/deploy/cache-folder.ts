import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** npm runs every script in the repository's root. */
export const ROOT = process.cwd();
export const HERE = join(ROOT, 'test/deploy');

/** Where what is downloaded or built stays from run to run; `TOLLGATE_CACHE` moves it. */
export const cacheFolder = (): string => resolve(process.env['TOLLGATE_CACHE'] ?? join(ROOT, '.cache'));

/** Everything that one run writes. It is emptied when the next begins, so that a failed one can be looked at. */
export const runFolder = (): string => join(cacheFolder(), 'deploy-run');

const COMPLETE = '.complete';

/** A folder that is named after what it was built from, and is built anew when that changes. */
export function builtFrom(name: string, inputs: readonly string[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(input).update('\0');
  return join(cacheFolder(), `${name}-${hash.digest('hex').slice(0, 16)}`);
}

export const isComplete = (folder: string): boolean => existsSync(join(folder, COMPLETE));

/** Builds the folder unless an earlier run did; one that was left half-built is begun again. */
export async function completed(folder: string, build: () => Promise<void>): Promise<void> {
  if (isComplete(folder)) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build();
  writeFileSync(join(folder, COMPLETE), '');
}

export const readText = (...path: readonly string[]): string => readFileSync(join(HERE, ...path), 'utf8');
