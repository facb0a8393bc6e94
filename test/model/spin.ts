import { execFile, spawnSync } from 'node:child_process';
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const MODEL = 'docs/model/hold.pml';
/** The checker stops, and the check fails, above this. */
const MEMORY_MB_MAX = 2_000;
/** Every step reads and writes the shared balance, so partial order reduction saves nothing. */
const CHECKER_OPTIONS = ['-w', '-DSAFETY', '-DNOCLAIM', '-DNOREDUCE', `-DMEMLIM=${MEMORY_MB_MAX}`];
/** A breadth-first search finds the shortest counterexample. It is not worth optimizing, because it ends early. */
const SHORTEST_FIRST = ['-O0', '-DBFS'];
/** A depth-first search visits all states faster, and with less memory. */
const ALL = ['-O2'];
/** Spin writes the whole state after each trail. */
const OUTPUT_BYTES_MAX = 16 * 1_024 * 1_024;

const run = promisify(execFile);

/** An exhaustive search through the states of the model. */
export interface Search {
  readonly states: number;
  /** Whether it visited every state, or stopped at a counterexample. */
  readonly isComplete: boolean;
  /** The steps to a state that breaks an assertion, in words; absent if no state does. */
  readonly counterexample?: readonly string[];
  readonly report: string;
}

/** Returns why the model cannot be checked here, or `undefined` if it can. */
export function spinObstacle(): string | undefined {
  const missing = [
    ['spin', '-V'],
    // Spin has its preprocessor run by this compiler.
    ['gcc', '--version'],
  ].find(([command = '', option = '']) => spawnSync(command, [option]).status !== 0);
  return missing && `${missing[0]} is not installed`;
}

/** How to search the model. */
interface SearchOptions {
  /** For the files of this search; it is created. */
  readonly folder: string;
  /** The sabotage or the landmark. @default the model as it is */
  readonly define?: string | undefined;
  /** Whether a counterexample is expected, which ends the search early. */
  readonly isShort: boolean;
}

/** Searches all states of the model, up to the first that breaks an assertion. */
export async function search({ folder, define, isShort }: SearchOptions): Promise<Search> {
  await mkdir(folder);
  await copyFile(MODEL, join(folder, 'hold.pml'));
  const defines = define === undefined ? [] : [`-D${define}`];
  const options = { cwd: folder, maxBuffer: OUTPUT_BYTES_MAX };
  await run('spin', [...defines, '-a', 'hold.pml'], options);
  await run('gcc', [...(isShort ? SHORTEST_FIRST : ALL), ...CHECKER_OPTIONS, '-o', 'pan', 'pan.c'], options);
  const { stdout: report } = await run(join(folder, 'pan'), ['-w24'], options);
  const states = Number(/(\d+) states, stored/.exec(report)?.[1] ?? 0);
  const errors = Number(/errors: (\d+)/.exec(report)?.[1] ?? Number.NaN);
  if (errors === 0) return { states, isComplete: !/not completed|out of memory|too small/i.test(report), report };
  if (Number.isNaN(errors)) return { states, isComplete: false, report };
  if (!isShort) return search({ folder: `${folder}-shortest`, define, isShort: true });
  const { stdout: trail } = await run('spin', [...defines, '-T', '-t', 'hold.pml'], options);
  return { states, isComplete: true, counterexample: await inWords(trail), report };
}

/** The steps of a trail, as the model prints them, then what is violated and the amounts at that moment. */
async function inWords(trail: string): Promise<readonly string[]> {
  const lines = trail.split('\n');
  const steps = lines.filter((line) => /^ {2}\S/.test(line)).map((line) => line.trim());
  const at = Number(/hold\.pml:(\d+), Error: assertion violated/.exec(trail)?.[1] ?? 0);
  const source = (await readFile(MODEL, 'utf8')).split('\n')[at - 1] ?? '';
  const invariant = /\/\* (.*) \*\//.exec(source)?.[1] ?? (source.trim() || 'the model has no next step');
  const amounts = ['available', 'held', 'spent', 'counted', 'limit'].map((name) => {
    const line = lines.find((each) => each.trim().startsWith(`${name} = `));
    return line?.trim().replace(' = ', ' ') ?? name;
  });
  return [...steps, `This breaks: ${invariant} (${amounts.join(', ')}).`];
}
