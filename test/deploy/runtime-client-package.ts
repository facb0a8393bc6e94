import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { builtFrom, completed, isComplete } from '../../dev/tools/python/cache-folder';
import { HERE, readText } from './cache-folder';
import { run } from './guarded-process';

const PACKAGE = 'runtime-client';
const FILES = ['package.json', 'package-lock.json', '.npmrc'];
/** Tools that the build of the native part needs. */
const TOOLS = ['cmake', 'make', 'g++'];

const folder = (): string =>
  builtFrom('deploy-runtime', [process.version, process.arch, ...FILES.map((file) => readText(PACKAGE, file))]);

const reasonFile = (): string => `${folder()}.why-not`;

/** The file that runs a function as Lambda does, when `node` runs it. */
export const runtimeClient = (): string => join(folder(), 'node_modules/aws-lambda-ric/index.mjs');

function buildObstacle(): string | undefined {
  if (process.platform !== 'linux') return 'it can only be built on Linux';
  const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  return missing.length === 0 ? undefined : `its build needs ${missing.join(', ')}, which are not installed`;
}

/** Returns why Lambda's own runtime client cannot run here, or `undefined` if it can. Call it after the build. */
export function runtimeClientObstacle(): string | undefined {
  const reason = buildObstacle();
  if (reason !== undefined) return reason;
  if (existsSync(reasonFile())) return readFileSync(reasonFile(), 'utf8');
  return isComplete(folder()) ? undefined : 'it was not built';
}

/** Builds the client once. If the build fails, the reason is stored and its tests are skipped; the next run tries again. */
export async function buildRuntimeClient(): Promise<void> {
  if (buildObstacle() !== undefined) return;
  const cwd = folder();
  rmSync(reasonFile(), { force: true });
  try {
    await completed(cwd, async () => {
      for (const file of FILES) copyFileSync(join(HERE, PACKAGE, file), join(cwd, file));
      // The option is on the command line because npm passes this repository's `ignore-scripts` on to commands.
      await run(['npm', 'ci', '--no-progress', '--ignore-scripts=false'], { env: process.env, cwd });
    });
  } catch (error) {
    writeFileSync(reasonFile(), `it did not build: ${error instanceof Error ? error.message : 'unknown reason'}`);
  }
}
