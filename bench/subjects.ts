import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { bundle } from './bundle';
import { freePort, type ChildProcesses } from './child-processes';
import type { Target } from './load-jobs';
import { CHAT_REQUEST } from './traffic';

const START_TIMEOUT_MS = 30_000;
const POLL_MS = 50;
/** More money than all requests of a run can cost. */
const CREDIT_USD = '10000';
const PATH = '/v1/chat/completions';
const PROVIDER_KEY = 'sk-bench';

/** A running gateway or proxy between the clients and the upstream. */
export interface Subject {
  readonly name: string;
  readonly pid: number;
  readonly target: Target;
}

export interface BenchEnvironment {
  readonly processes: ChildProcesses;
  readonly cores: readonly string[];
  readonly upstreamPort: number;
  /** For bundles and data; deleted after the run. */
  readonly folder: string;
}

export function directTarget(upstreamPort: number): Target {
  return { port: upstreamPort, path: PATH, headers: { authorization: `Bearer ${PROVIDER_KEY}` } };
}

export async function startPassThrough({ processes, cores, upstreamPort, folder }: BenchEnvironment): Promise<Subject> {
  const port = await freePort();
  const program = [
    await bundle(new URL('./pass-through.ts', import.meta.url), folder),
    String(port),
    String(upstreamPort),
  ];
  const { pid } = processes.start({ cores, program });
  return ready({ name: 'node:http pass-through', pid, target: { ...directTarget(upstreamPort), port } });
}

/** Starts Portkey as its container image does. It reads the provider and its address from each request. */
export async function startPortkey({ processes, cores, upstreamPort }: BenchEnvironment): Promise<Subject> {
  const port = await freePort();
  const gateway = createRequire(import.meta.url).resolve('@portkey-ai/gateway/build/start-server.js');
  const environment = { NODE_ENV: 'production' };
  const { pid } = processes.start({ cores, program: [gateway, `--port=${port}`], environment });
  const headers = {
    authorization: `Bearer ${PROVIDER_KEY}`,
    'x-portkey-provider': 'openai',
    'x-portkey-custom-host': `http://127.0.0.1:${upstreamPort}/v1`,
  };
  return ready({ name: 'Portkey', pid, target: { port, path: PATH, headers } });
}

/** Starts Tollgate as `npm start` does, with the embedded store, and gives the demo account enough money for the run. */
export async function startTollgate({ processes, cores, upstreamPort, folder }: BenchEnvironment): Promise<Subject> {
  const port = await freePort();
  const data = join(folder, 'data');
  const environment = {
    PORT: String(port),
    TOLLGATE_DATA: data,
    OPENAI_API_KEY: PROVIDER_KEY,
    OPENAI_BASE_URL: `http://127.0.0.1:${upstreamPort}/v1`,
  };
  const { pid } = processes.start({
    cores,
    program: [await bundle(new URL('../dev/local/start.ts', import.meta.url), folder)],
    environment,
  });
  const file = join(data, 'dev.json');
  await until('Tollgate', async () => existsSync(file));
  const { apiKey, accountId } = JSON.parse(readFileSync(file, 'utf8')) as { apiKey: string; accountId: string };
  const credit = [
    await bundle(new URL('../dev/cli/tollgate.ts', import.meta.url), folder),
    'wallet',
    'credit',
    accountId,
    CREDIT_USD,
  ];
  await promisify(execFile)(process.execPath, credit, { env: { TOLLGATE_DATA: data } });
  return ready({ name: 'Tollgate', pid, target: { port, path: PATH, headers: { authorization: `Bearer ${apiKey}` } } });
}

async function ready({ name, pid, target }: Omit<Subject, 'pid'> & { pid: number | undefined }): Promise<Subject> {
  if (pid === undefined) throw new Error(`${name} failed to start`);
  const headers = { 'content-type': 'application/json', ...target.headers };
  await until(name, async () => {
    const url = `http://127.0.0.1:${target.port}${target.path}`;
    const answer = await fetch(url, { method: 'POST', headers, body: CHAT_REQUEST });
    await answer.arrayBuffer();
    return answer.status === 200;
  });
  return { name, pid, target };
}

async function until(name: string, holds: () => Promise<boolean>): Promise<void> {
  const giveUpAt = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < giveUpAt) {
    // Connections are refused until it listens.
    if (await holds().catch(() => false)) return;
    await wait(POLL_MS);
  }
  throw new Error(`${name} was not ready within ${START_TIMEOUT_MS / 1000} s`);
}
