import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPILE_CACHE, fromBundle, ROOT } from './programs';
import { until } from './until';

const children = new Set<ChildProcess>();

/** A child process, with everything that it printed. */
export interface Child {
  readonly pid: number;
  readonly out: () => string;
  readonly err: () => string;
  /** Resolves to the exit code, or to the signal that killed the process. */
  readonly ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
}

/** Runs a program of dev/ in its own process, which inherits only PATH from this one's environment. */
export function runScript(
  file: string,
  args: readonly string[],
  environment: { readonly [name: string]: string },
  program = fromBundle,
): Child {
  const env = { NODE_COMPILE_CACHE: COMPILE_CACHE, ...environment };
  return runProgram([process.execPath, ...program(file), ...args], ROOT, env);
}

/** Runs a program without input in its own process, which inherits only PATH from this one's environment. */
export function runProgram(
  [program = '', ...args]: readonly string[],
  cwd: string,
  environment: { readonly [name: string]: string },
): Child {
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<number | string>((resolve, reject) => {
    child.on('error', reject).on('close', (code, signal) => {
      children.delete(child);
      resolve(code ?? signal ?? 'unknown');
    });
  });
  return { pid: child.pid ?? 0, out: () => out, err: () => err, ended, kill: (signal) => void child.kill(signal) };
}

/** Kills every process that a test left running; meant for `afterEach`. */
export async function killChildren(): Promise<void> {
  const ended = [...children].map((child) => new Promise((resolve) => child.on('close', resolve)));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(ended);
}

export interface DevFile {
  readonly gatewayUrl: string;
  readonly apiKey: string;
  readonly accountId: string;
  readonly apiUrl: string;
  readonly consoleUrl: string;
  readonly signIn: { readonly issuer: string; readonly clientId: string };
  readonly users: readonly { readonly role: string; readonly email: string; readonly password: string }[];
}

/** A running gateway process and the contents of its dev.json. */
export type Gateway = Child & DevFile;

export const readDevFile = (folder: string): DevFile =>
  JSON.parse(readFileSync(join(folder, 'dev.json'), 'utf8')) as DevFile;

/** Starts a gateway as `npm start` does, and waits until it is ready. */
export async function start(
  folder: string,
  environment: { readonly [name: string]: string } = {},
  program = fromBundle,
): Promise<Gateway> {
  const child = runScript('local/start.ts', [], { PORT: '0', TOLLGATE_DATA: folder, ...environment }, program);
  let endedWith: number | string | undefined;
  void child.ended.then((code) => (endedWith = code));
  await until('the gateway to start', () => {
    if (endedWith !== undefined) throw new Error(`the gateway ended with ${endedWith}: ${child.err()}`);
    return child.out().includes('Ctrl-C');
  });
  return { ...child, ...readDevFile(folder) };
}

/** Runs a command as `npm run --silent tollgate -- …` does. */
export async function tollgate(
  folder: string,
  ...args: readonly string[]
): Promise<{ code: number | string; out: string; err: string }> {
  const child = runScript('cli/tollgate.ts', args, { TOLLGATE_DATA: folder });
  const code = await child.ended;
  return { code, out: child.out(), err: child.err() };
}
