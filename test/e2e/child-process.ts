import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMPILE_CACHE, fromBundle, ROOT } from './programs';
import { until } from './until';

const children = new Set<ChildProcess>();

/** One process of the local run, with all that it printed. */
export interface Child {
  readonly pid: number;
  readonly out: () => string;
  readonly err: () => string;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  kill(signal: NodeJS.Signals): void;
}

/** Runs a program of dev/ in a process of its own, with nothing of this one's environment but the path. */
export function runScript(
  file: string,
  args: readonly string[],
  environment: { readonly [name: string]: string },
  program = fromBundle,
): Child {
  const child = spawn(process.execPath, [...program(file), ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: COMPILE_CACHE, ...environment },
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
      resolve(code ?? signal ?? 'nothing');
    });
  });
  return { pid: child.pid ?? 0, out: () => out, err: () => err, ended, kill: (signal) => void child.kill(signal) };
}

/** For `afterEach`: whatever a test left running. */
export async function endChildren(): Promise<void> {
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

/** One that runs, and what it told of itself. */
export type Gateway = Child & DevFile;

export const readDevFile = (folder: string): DevFile =>
  JSON.parse(readFileSync(join(folder, 'dev.json'), 'utf8')) as DevFile;

/** A gateway as `npm start` runs it, once it has said that it runs. */
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

/** A command as `npm run --silent tollgate -- …` runs it. */
export async function tollgate(
  folder: string,
  ...args: readonly string[]
): Promise<{ code: number | string; out: string; err: string }> {
  const child = runScript('cli/tollgate.ts', args, { TOLLGATE_DATA: folder });
  const code = await child.ended;
  return { code, out: child.out(), err: child.err() };
}
