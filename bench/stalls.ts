import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { SECOND_MS } from '../lambdas/domain/clock';
import type { Bench } from './bench-setup';
import type { SubjectName } from './command-line';
import { type Background, type ExpiringFolder, fillExpiringFolder, inspectBackground } from './expiring-folder';
import { measureStalls, measureThroughput, type StallRun, warmUp } from './measures';
import { START } from './start-subject';
import { startTollgate } from './tollgate-subject';

/** The time that one subject takes to start, warm up and stop. */
const TURN_MS = 10 * SECOND_MS;

export interface StallResults {
  readonly seconds: number;
  readonly runs: readonly StallRun[];
  /** Present when Tollgate was measured. */
  readonly background?: Background;
}

/**
 * Measures each subject in a new process, one after the other. Tollgate runs on a folder in which about as many records
 * expire as requests arrive.
 */
export async function runStalls(bench: Bench, names: readonly SubjectName[], seconds: number): Promise<StallResults> {
  const others = names.filter((name) => name !== 'tollgate');
  const folder = names.includes('tollgate') ? await expiringFolder(bench, others.length, seconds) : undefined;
  const runs: StallRun[] = [];
  for (const name of others) {
    bench.say(`stalls: ${name}, ${seconds} s`);
    const subject = await START[name](bench.environment);
    await warmUp(bench.run, subject);
    runs.push(await measureStalls(bench.run, subject, seconds));
    await bench.environment.processes.stop(subject.child);
  }
  if (folder === undefined) return { seconds, runs };
  runs.push(await measureTollgate(bench, folder, seconds));
  return { seconds, runs, background: await inspectBackground(folder) };
}

async function expiringFolder(bench: Bench, othersCount: number, seconds: number): Promise<ExpiringFolder> {
  const { environment, run, say } = bench;
  say('stalls: measuring how many requests Tollgate serves');
  const subject = await startTollgate(environment, join(environment.folder, 'calibration'));
  await warmUp(run, subject);
  const { requestsPerSecond } = await measureThroughput(run, subject);
  await environment.processes.stop(subject.child);
  const requests = Math.ceil(requestsPerSecond * seconds);
  say(`stalls: storing ${requests} requests that expire during the run`);
  const delayMs = othersCount * (seconds * SECOND_MS + TURN_MS);
  return fillExpiringFolder(environment.folder, { requests, seconds, delayMs });
}

/** @throws Error when records have begun to expire before the gateway was ready */
async function measureTollgate(
  { environment, run, say }: Bench,
  { path, startsAt }: ExpiringFolder,
  seconds: number,
): Promise<StallRun> {
  say(`stalls: tollgate, ${seconds} s, once records expire`);
  const subject = await startTollgate(environment, path);
  await warmUp(run, subject);
  const waitMs = startsAt - Date.now();
  if (waitMs < 0) throw new Error('the gateway started so slowly that records expired before it was measured');
  await wait(waitMs);
  const result = await measureStalls(run, subject, seconds);
  await environment.processes.stop(subject.child);
  return result;
}
