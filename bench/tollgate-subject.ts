import { execFile, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundle } from './bundle';
import { freePort } from './child-processes';
import type { Target } from './load-jobs';
import { CHAT_PATH, PROVIDER_KEY, ready, spawnSubject, until, type BenchEnvironment, type Subject } from './subjects';

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  scripts: { start: string };
};
/** The limits of Node's memory that `npm start` sets. */
const NODE_FLAGS = scripts.start.split(' ').filter((word) => word.startsWith('--max-'));
/** More money than all requests of a run can cost. */
const CREDIT_USD = '10000';

/** The gateway's process, which may not listen yet. */
interface StartingTollgate {
  readonly child: ChildProcess;
  readonly port: number;
  /** When the process was started, on the clock of `performance.now`. */
  readonly startedAt: number;
}

/** Starts Tollgate's process as `npm start` does, with the embedded store. @param data its data folder */
export async function spawnTollgate(environment: BenchEnvironment, data: string): Promise<StartingTollgate> {
  const port = await freePort();
  const variables = {
    PORT: String(port),
    TOLLGATE_DATA: data,
    OPENAI_API_KEY: PROVIDER_KEY,
    OPENAI_BASE_URL: `http://127.0.0.1:${environment.upstreamPort}/v1`,
  };
  const script = await bundle(new URL('../dev/local/start.ts', import.meta.url), environment.folder);
  const program = [...NODE_FLAGS, script];
  const startedAt = performance.now();
  return { child: spawnSubject(environment, { program, environment: variables }), port, startedAt };
}

/** Reads how to reach a gateway as its demo account. @throws Error when it has not written its file yet */
export function readAccount(data: string): { readonly apiKey: string; readonly accountId: string } {
  return JSON.parse(readFileSync(join(data, 'dev.json'), 'utf8')) as { apiKey: string; accountId: string };
}

export const chatTarget = (port: number, apiKey: string): Target => ({
  port,
  path: CHAT_PATH,
  headers: { authorization: `Bearer ${apiKey}` },
});

/** Starts Tollgate, and gives the demo account enough money for the run. */
export async function startTollgate(
  environment: BenchEnvironment,
  data = join(environment.folder, 'data'),
): Promise<Subject> {
  const { child, port } = await spawnTollgate(environment, data);
  await until('Tollgate', async () => existsSync(join(data, 'dev.json')));
  const { apiKey, accountId } = readAccount(data);
  const starting = await ready({ name: 'Tollgate', child, target: chatTarget(port, apiKey) });
  const script = await bundle(new URL('../dev/cli/tollgate.ts', import.meta.url), environment.folder);
  const credit = [script, 'wallet', 'credit', accountId, CREDIT_USD];
  await promisify(execFile)(process.execPath, credit, { env: { TOLLGATE_DATA: data } });
  return starting;
}
