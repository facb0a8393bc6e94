import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../../dev/tools/python/cache-folder';

/** The repository's root, in which npm runs every script. */
export const ROOT = process.cwd();
export const HERE = join(ROOT, 'test/deploy');

/** The folder for the files of one run. The next run empties it, so that a failed run can be inspected. */
export const runFolder = (): string => join(cacheFolder(), 'deploy-run');

export const readText = (...path: readonly string[]): string => readFileSync(join(HERE, ...path), 'utf8');
