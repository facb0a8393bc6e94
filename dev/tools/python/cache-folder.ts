import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder for downloads and builds that later runs reuse. `TOLLGATE_CACHE` overrides it. */
export const cacheFolder = (): string => resolve(process.env['TOLLGATE_CACHE'] ?? '.cache');

const COMPLETE = '.complete';

/** Returns a folder that is named after its inputs, so that it is built again when they change. */
export function builtFrom(name: string, inputs: readonly string[]): string {
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(input).update('\0');
  return join(cacheFolder(), `${name}-${hash.digest('hex').slice(0, 16)}`);
}

export const isComplete = (folder: string): boolean => existsSync(join(folder, COMPLETE));

/** Builds the folder unless an earlier run completed it. A partial build is discarded. */
export async function completed(folder: string, build: () => Promise<void>): Promise<void> {
  if (isComplete(folder)) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await build();
  writeFileSync(join(folder, COMPLETE), '');
}
