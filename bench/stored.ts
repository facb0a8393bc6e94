import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../lambdas/domain/clock';
import type { Bench } from './bench-setup';
import { bundle } from './bundle';
import { nextMessage } from './child-processes';
import { fillFolder } from './fill-folder';
import { sendRequests } from './measures';
import type { OpenedStore } from './open-store';
import { cpuMicros, residentMebibytes } from './process-stats';
import { ready, until } from './subjects';
import { chatTarget, readAccount, spawnTollgate } from './tollgate-subject';

/** The memory is measured again after this many requests. */
export const MORE_REQUESTS = 1_000;
/** Longer than the five seconds between two runs of Tollgate's background work. */
const BACKGROUND_MS = 6 * SECOND_MS;
const MONTH_MS = 30 * DAY_MS;
/** A starting gateway reads all requests of the last hour, to find lost receipts. */
const BUSY_MS = 50 * MINUTE_MS;
const MARGIN_MS = 5 * SECOND_MS;
/** Short, because it limits the precision of the start time. */
const POLL_MS = 2;
const KIBIBYTES_PER_MEBIBYTE = 1024;
const MICROSECONDS_PER_MS = 1_000;

/** A start of Tollgate on a folder with finished requests. */
export interface StoredRun {
  readonly requests: number;
  /** The time in which the requests were made. */
  readonly historyMs: number;
  readonly diskMebibytes: number;
  /** How long the store takes to open, in a process of its own. */
  readonly openMs: number;
  /** From the start of the process to its first answer. */
  readonly healthMs: number;
  /** From the start of the process to the answer to its first chat request. */
  readonly chatMs: number;
  /** The CPU time until then. Unlike the times above, it does not depend on what else runs on the machine. */
  readonly cpuMs: number;
  readonly residentMebibytes: number;
  /** After MORE_REQUESTS, once the background work has processed them. */
  readonly laterMebibytes: number;
}

/**
 * Measures a start on an empty folder, on one with the requests of a month, and on one with as many requests in the last
 * hour.
 */
export async function runStored(bench: Bench, requests: number): Promise<readonly StoredRun[]> {
  const histories = [monthOf(0), monthOf(requests), { requests, historyMs: BUSY_MS }];
  const runs: StoredRun[] = [];
  for (const history of histories) {
    const path = mkdtempSync(join(bench.environment.folder, 'stored-'));
    await storeRequests(path, history, bench.say);
    runs.push(await measureStored(bench, path, history));
    rmSync(path, { recursive: true });
  }
  return runs;
}

/** Requests at equal intervals. The newest has just ended. */
type History = Pick<StoredRun, 'requests' | 'historyMs'>;

export const monthOf = (requests: number): History => ({ requests, historyMs: MONTH_MS });

export async function storeRequests(path: string, history: History, say: (line: string) => void): Promise<void> {
  const { requests, historyMs } = history;
  const to = Date.now() - MARGIN_MS;
  const startedAt = performance.now();
  let tenths = 0;
  const onProgress = (stored: number) => {
    if (stored * 10 < requests * (tenths + 1)) return;
    tenths = Math.floor((stored * 10) / requests);
    const seconds = Math.round((performance.now() - startedAt) / SECOND_MS);
    say(`stored ${stored} of ${requests} requests in ${seconds} s`);
  };
  await fillFolder(path, { requests, from: to - historyMs, to }, onProgress);
}

async function measureStored(bench: Bench, path: string, history: History): Promise<StoredRun> {
  const { environment, run, say } = bench;
  const { processes } = environment;
  // The first start on a folder also creates secrets and users.
  say(`start with ${history.requests} stored requests: first start`);
  const first = await startAndAnswer(bench, path);
  await processes.stop(first.child);
  say(`start with ${history.requests} stored requests: measured start`);
  const diskMebibytes = mebibytesOnDisk(path);
  const { openMs } = await openStore(bench, path);
  const { child, pid, target, healthMs, chatMs } = await startAndAnswer(bench, path);
  const cpuMs = cpuMicros(pid) / MICROSECONDS_PER_MS;
  const atStart = residentMebibytes(pid);
  await sendRequests(run, target, MORE_REQUESTS);
  await wait(BACKGROUND_MS);
  const laterMebibytes = residentMebibytes(pid);
  await processes.stop(child);
  return { ...history, diskMebibytes, openMs, healthMs, chatMs, cpuMs, residentMebibytes: atStart, laterMebibytes };
}

async function openStore({ environment }: Bench, path: string): Promise<OpenedStore> {
  const { processes, cores, folder } = environment;
  const script = await bundle(new URL('./open-store.ts', import.meta.url), folder);
  const child = processes.start({ cores, program: [script, path] });
  const exit = once(child, 'exit');
  const opened = await nextMessage<OpenedStore>(child);
  await exit;
  return opened;
}

async function startAndAnswer({ environment }: Bench, path: string) {
  const { child, port, startedAt } = await spawnTollgate(environment, path);
  await until('Tollgate', () => isHealthy(port), POLL_MS);
  const healthMs = performance.now() - startedAt;
  const target = chatTarget(port, readAccount(path).apiKey);
  const { pid } = await ready({ name: 'Tollgate', child, target });
  return { child, pid, target, healthMs, chatMs: performance.now() - startedAt };
}

/** Uses no `fetch`, whose first call takes tens of milliseconds. */
async function isHealthy(port: number): Promise<boolean> {
  const outgoing = request({ host: '127.0.0.1', port, path: '/healthz', agent: false }).end();
  const [response] = (await once(outgoing, 'response')) as [{ statusCode?: number; resume(): void }];
  response.resume();
  return response.statusCode === 200;
}

function mebibytesOnDisk(path: string): number {
  const [kibibytes] = execFileSync('du', ['-sk', path], { encoding: 'utf8' }).split('\t');
  return Number(kibibytes) / KIBIBYTES_PER_MEBIBYTE;
}
