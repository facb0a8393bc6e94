import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';

/** The repository's root, in which npm runs every script and test. */
export const ROOT = process.cwd();
const FOLDER = join(ROOT, '.cache/programs');

/** The folder in which Node caches compiled code, so that only the first start of a program compiles it. */
export const COMPILE_CACHE = join(FOLDER, 'compiled');

/** Node's arguments that run a program of dev/ from its source, as `npm start` and `npm run tollgate` do. */
export const fromSource = (file: string): readonly string[] => ['--import', 'tsx', join('dev', file)];

/**
 * Bundles a program of dev/ into one JavaScript file, which starts in a quarter of the time.
 * @returns Node's arguments that run it
 */
export function fromBundle(file: string): readonly string[] {
  const outfile = join(FOLDER, `${basename(file, '.ts')}.cjs`);
  if (!isCurrent(outfile)) bundle(file, outfile);
  return [outfile];
}

/** Each start reads the whole file, so it is as short as it can be while names in stack traces stay. */
const SHORTER = ['--minify-whitespace', '--minify-syntax'];

const changedAt = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

let sourcesChangedAt: number | undefined;

function isCurrent(outfile: string): boolean {
  sourcesChangedAt ??= Math.max(...sources().map(changedAt));
  return changedAt(outfile) > sourcesChangedAt;
}

function sources(): string[] {
  const files = ['dev', 'lambdas'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(ROOT, folder, file)),
  );
  return [...files, join(ROOT, 'package-lock.json'), join(ROOT, 'test/e2e/programs.ts')];
}

function bundle(file: string, outfile: string): void {
  mkdirSync(FOLDER, { recursive: true });
  const startedAt = new Date();
  // Another worker may start the same program now, so the file is replaced in one step.
  const draft = `${outfile}.${process.pid}`;
  const options = ['--bundle', '--platform=node', '--format=cjs', '--target=node24', '--log-level=error', ...SHORTER];
  const esbuild = createRequire(join(ROOT, 'package.json')).resolve('esbuild/bin/esbuild');
  execFileSync(process.execPath, [esbuild, join('dev', file), ...options, `--outfile=${draft}`], { cwd: ROOT });
  // The bundle gets the time of its start, so that a source that changed meanwhile is newer.
  utimesSync(draft, startedAt, startedAt);
  renameSync(draft, outfile);
}
