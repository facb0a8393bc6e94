import { nextMessage } from './child-processes';
import type { LoadJob, LoadResult, Target } from './load-jobs';
import { cpuMicros, residentMebibytes } from './process-stats';
import type { Stalls } from './stall-meter';
import type { StallRequest } from './stall-probe';
import type { Subject } from './subjects';

export type RunLoad = (job: LoadJob) => Promise<LoadResult>;

const THROUGHPUT_CONNECTIONS = 64;
/** Longer than the five seconds between two runs of Tollgate's background work, so that every sample contains one. */
const THROUGHPUT_SECONDS = 6;
const WARM_UP_SECONDS = 1.5;
const LATENCY_REQUESTS = 1_000;
const LATENCY_SECONDS = 2;
/** Far longer than any subject takes for the requests that it is sent. */
const SEND_SECONDS_MAX = 60;
const PACED_STREAMS = 50;
const PACED_STREAMS_EACH = 3;
const PACE_MS = 5;
const MEMORY_STREAMS = 500;
/** Slow enough that no subject saturates its core, because then the memory of a queue would be measured. */
const MEMORY_PACE_MS = 50;
const MEMORY_START_MS = 2_000;
const MEMORY_SAMPLE_MS = 250;

/** The parameters that the report states. */
export const CONDITIONS = {
  THROUGHPUT_CONNECTIONS,
  THROUGHPUT_SECONDS,
  LATENCY_REQUESTS,
  PACED_STREAMS,
  PACED_STREAMS_EACH,
  PACE_MS,
  MEMORY_STREAMS,
  MEMORY_PACE_MS,
} as const;

type Failures = LoadResult['failures'];

export interface Throughput {
  readonly requestsPerSecond: number;
  readonly cpuMicrosPerRequest: number;
  /** The share of one core that the subject used. Well below 1, something else was the bottleneck. */
  readonly coreShare: number;
  /** The p99 of a request's duration divided by its p50. */
  readonly tail: number;
  readonly failures: Failures;
}

/** The stalls of a subject's event loop under full load, with the durations of the requests that met them. */
export interface StallRun {
  readonly name: string;
  readonly stalls: Stalls;
  /** The stalls of the load generator in the same time. */
  readonly generator: Stalls;
  readonly requestsPerSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly failures: Failures;
}

export interface Latency {
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly failures: Failures;
}

export interface Streaming extends Latency {
  readonly cpuMicrosPerEvent: number;
}

export interface Memory {
  /** The highest value seen while the streams ran. */
  readonly residentMebibytes: number;
  readonly streams: number;
  readonly events: number;
  readonly failures: Failures;
}

function requests(
  target: Target,
  connections: number,
  seconds: number,
  requestsMax = Number.MAX_SAFE_INTEGER,
): LoadJob {
  return { kind: 'requests', target, connections, seconds, requestsMax };
}

function pacedStreams(target: Target, streamsEach: number): LoadJob {
  const startWithinMs = 10 * PACE_MS;
  return {
    kind: 'streams',
    target,
    connections: PACED_STREAMS,
    streamsEach,
    paceMs: PACE_MS,
    startWithinMs: startWithinMs,
  };
}

export async function warmUp(run: RunLoad, { target }: Subject): Promise<void> {
  await run(pacedStreams(target, 1));
  await run(requests(target, THROUGHPUT_CONNECTIONS, WARM_UP_SECONDS));
}

export async function measureThroughput(run: RunLoad, { pid, target }: Subject): Promise<Throughput> {
  const before = cpuMicros(pid);
  const result = await run(requests(target, THROUGHPUT_CONNECTIONS, THROUGHPUT_SECONDS));
  const cpu = cpuMicros(pid) - before;
  return {
    requestsPerSecond: result.completed / result.seconds,
    cpuMicrosPerRequest: cpu / result.completed,
    coreShare: cpu / (result.seconds * 1e6),
    tail: result.p99Micros / result.p50Micros,
    failures: result.failures,
  };
}

export async function measureStalls(
  run: RunLoad,
  { name, child, target }: Subject,
  seconds: number,
): Promise<StallRun> {
  const ask = (request: StallRequest) => child.send(request);
  ask('start stalls');
  const { completed, seconds: lasted, ...result } = await run(requests(target, THROUGHPUT_CONNECTIONS, seconds));
  const report = nextMessage<Stalls>(child);
  ask('report stalls');
  return { ...result, name, stalls: await report, requestsPerSecond: completed / lasted };
}

/** Sends a number of requests on one connection. */
export function sendRequests(run: RunLoad, target: Target, count: number): Promise<LoadResult> {
  return run(requests(target, 1, SEND_SECONDS_MAX, count));
}

export function measureLatency(run: RunLoad, target: Target): Promise<Latency> {
  return run(requests(target, 1, LATENCY_SECONDS, LATENCY_REQUESTS));
}

/** Measures the upstream itself, whose CPU time is not of interest. */
export function measureEventDelay(run: RunLoad, target: Target): Promise<Latency> {
  return run(pacedStreams(target, PACED_STREAMS_EACH));
}

export async function measureStreaming(run: RunLoad, { pid, target }: Subject): Promise<Streaming> {
  const before = cpuMicros(pid);
  const result = await run(pacedStreams(target, PACED_STREAMS_EACH));
  return { ...result, cpuMicrosPerEvent: (cpuMicros(pid) - before) / result.events };
}

export async function measureMemory(run: RunLoad, { pid, target }: Subject): Promise<Memory> {
  let highest = 0;
  const sample = () => (highest = Math.max(highest, residentMebibytes(pid)));
  const sampler = setInterval(sample, MEMORY_SAMPLE_MS);
  try {
    const { completed, events, failures } = await run({
      kind: 'streams',
      target,
      connections: MEMORY_STREAMS,
      streamsEach: 1,
      paceMs: MEMORY_PACE_MS,
      startWithinMs: MEMORY_START_MS,
    });
    sample();
    return { residentMebibytes: highest, streams: completed, events, failures };
  } finally {
    clearInterval(sampler);
  }
}
