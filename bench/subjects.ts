import type { ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle';
import { freePort, type ChildProcesses, type Command } from './child-processes';
import type { Target } from './load-jobs';
import { CHAT_REQUEST } from './traffic';

const START_TIMEOUT_MS = 180_000;
const POLL_MS = 50;
export const CHAT_PATH = '/v1/chat/completions';
export const PROVIDER_KEY = 'sk-bench';

/** A running gateway or proxy between the clients and the upstream. */
export interface Subject {
  readonly name: string;
  readonly child: ChildProcess;
  readonly pid: number;
  readonly target: Target;
}

export interface BenchEnvironment {
  readonly processes: ChildProcesses;
  readonly cores: readonly string[];
  readonly upstreamPort: number;
  /** For bundles and data; deleted after the run. */
  readonly folder: string;
  /** The script that every subject preloads (stall-probe.ts). */
  readonly probe: string;
}

export function directTarget(upstreamPort: number): Target {
  return { port: upstreamPort, path: CHAT_PATH, headers: { authorization: `Bearer ${PROVIDER_KEY}` } };
}

/** Starts a subject's process on the core for subjects, with the probe. */
export function spawnSubject({ processes, cores, probe }: BenchEnvironment, command: Command): ChildProcess {
  return processes.start({ ...command, cores, program: ['--import', pathToFileURL(probe).href, ...command.program] });
}

export async function startPassThrough(environment: BenchEnvironment): Promise<Subject> {
  const { upstreamPort, folder } = environment;
  const port = await freePort();
  const script = await bundle(new URL('./pass-through.ts', import.meta.url), folder);
  const child = spawnSubject(environment, { program: [script, String(port), String(upstreamPort)] });
  return ready({ name: 'node:http pass-through', child, target: { ...directTarget(upstreamPort), port } });
}

/** Starts Portkey as its container image does. It reads the provider and its address from each request. */
export async function startPortkey(environment: BenchEnvironment): Promise<Subject> {
  const port = await freePort();
  const gateway = createRequire(import.meta.url).resolve('@portkey-ai/gateway/build/start-server.js');
  const program = [gateway, `--port=${port}`];
  const child = spawnSubject(environment, { program, environment: { NODE_ENV: 'production' } });
  const headers = {
    authorization: `Bearer ${PROVIDER_KEY}`,
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `http://127.0.0.1:${environment.upstreamPort}/v1`,
  };
  return ready({ name: 'Portkey', child, target: { port, path: CHAT_PATH, headers } });
}

/** Waits until the subject has answered a request. */
export async function ready({ name, child, target }: Omit<Subject, 'pid'>): Promise<Subject> {
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} failed to start`);
  const headers = { 'content-type': 'application/json', ...target.headers };
  await until(name, async () => {
    if (child.exitCode !== null) throw new SubjectExited(name, child.exitCode);
    const url = `http://127.0.0.1:${target.port}${target.path}`;
    const answer = await fetch(url, { method: 'POST', headers, body: CHAT_REQUEST });
    await answer.arrayBuffer();
    return answer.status === 200;
  });
  return { name, child, pid, target };
}

class SubjectExited extends Error {
  override readonly name = 'SubjectExited';
  constructor(subject: string, code: number) {
    super(`${subject} exited with code ${code}`);
  }
}

/** @throws Error when the condition does not hold in time */
export async function until(name: string, holds: () => Promise<boolean>, pollMs = POLL_MS): Promise<void> {
  const giveUpAt = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < giveUpAt) {
    const isHolding = await holds().catch((error: unknown) => {
      if (error instanceof SubjectExited) throw error;
      // Connections are refused until it listens.
      return false;
    });
    if (isHolding) return;
    await wait(pollMs);
  }
  throw new Error(`${name} was not ready within ${START_TIMEOUT_MS / 1000} s`);
}
