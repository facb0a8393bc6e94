import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

export const ROOT = dirname(dirname(__dirname));
const FOLDER = join(ROOT, '.cache/programs');

/** Node keeps compiled code here, so that only the first start of a program compiles it. */
export const COMPILE_CACHE = join(FOLDER, 'compiled');

const bundled = new Map<string, readonly string[]>();

/** How `npm start` and `npm run tollgate` run a program of dev/: from its source, which is compiled at each start. */
export const fromSource = (file: string): readonly string[] => ['--import', 'tsx', join('dev', file)];

/**
 * Bundles a program of dev/ into one JavaScript file, which starts in a third of the time.
 * @returns Node's arguments that run it
 */
export function fromBundle(file: string): readonly string[] {
  let args = bundled.get(file);
  if (args === undefined) bundled.set(file, (args = [bundle(file)]));
  return args;
}

function bundle(file: string): string {
  mkdirSync(FOLDER, { recursive: true });
  const outfile = join(FOLDER, `${basename(file, '.ts')}.mjs`);
  // Another worker may start the same program now, so the file is replaced in one step.
  const draft = `${outfile}.${process.pid}`;
  const options = ['--bundle', '--packages=external', '--platform=node', '--format=esm', '--target=node24'];
  const args = [require.resolve('esbuild/bin/esbuild'), join('dev', file), ...options, '--log-level=error'];
  execFileSync(process.execPath, [...args, `--outfile=${draft}`], { cwd: ROOT });
  renameSync(draft, outfile);
  return outfile;
}
