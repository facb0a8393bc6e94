import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtFrom, completed, HERE, isComplete, readText } from './cache-folder';
import { run } from './guarded-process';

const PACKAGE = 'runtime-client';
const FILES = ['package.json', 'package-lock.json', '.npmrc'];
/** What its native part is built with. */
const TOOLS = ['cmake', 'make', 'g++'];

const folder = (): string =>
  builtFrom('deploy-runtime', [process.version, process.arch, ...FILES.map((file) => readText(PACKAGE, file))]);

const reasonFile = (): string => `${folder()}.why-not`;

/** `node` on this file runs a function as Lambda does. */
export const runtimeClient = (): string => join(folder(), 'node_modules/aws-lambda-ric/index.mjs');

function whyItCannotBeBuilt(): string | undefined {
  if (process.platform !== 'linux') return 'it builds on Linux only';
  const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  return missing.length === 0 ? undefined : `it is built with ${missing.join(', ')}, not found here`;
}

/** Why Lambda's own runtime client cannot run here, or `undefined` when it can. Asked after it was tried to build it. */
export function whyNoRuntimeClient(): string | undefined {
  const reason = whyItCannotBeBuilt();
  if (reason !== undefined) return reason;
  if (existsSync(reasonFile())) return readFileSync(reasonFile(), 'utf8');
  return isComplete(folder()) ? undefined : 'it was not built';
}

/** Builds it, once. Where that fails the reason is kept, and its tests are skipped with it; the next run tries again. */
export async function buildRuntimeClient(): Promise<void> {
  if (whyItCannotBeBuilt() !== undefined) return;
  const cwd = folder();
  rmSync(reasonFile(), { force: true });
  try {
    await completed(cwd, async () => {
      for (const file of FILES) copyFileSync(join(HERE, PACKAGE, file), join(cwd, file));
      // Said on the command line, because npm hands this repository's own `ignore-scripts` down to what it runs.
      await run(['npm', 'ci', '--no-progress', '--ignore-scripts=false'], { env: process.env, cwd });
    });
  } catch (error) {
    writeFileSync(reasonFile(), `it did not build: ${error instanceof Error ? error.message : 'for no known reason'}`);
  }
}
