import { failureCounts, milliseconds, number, table } from './markdown';
import { CONDITIONS } from './measures';
import { ROUNDS, type Direct, type Row } from './rounds';
import type { StallResults } from './stalls';
import { stallsSection } from './stalls-section';
import type { StoredRun } from './stored';
import { storedSection } from './stored-section';

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly node: string;
  /** The load average of the minute before the run. */
  readonly load: number;
  readonly isPinned: boolean;
  readonly portkey: string;
}

interface Column {
  readonly title: string;
  readonly value: (row: Row) => number;
  readonly digits: number;
}

const COLUMNS: readonly Column[] = [
  { title: 'requests/s', value: (row) => row.requestsPerSecond, digits: 0 },
  { title: 'CPU µs per request', value: (row) => row.cpuMicrosPerRequest, digits: 0 },
  { title: `p99 ÷ p50 at ${CONDITIONS.THROUGHPUT_CONNECTIONS} connections`, value: (row) => row.tail, digits: 2 },
  { title: 'added p50 ms', value: (row) => row.addedP50Micros / 1000, digits: 2 },
  { title: 'added p99 ms', value: (row) => row.addedP99Micros / 1000, digits: 2 },
  { title: 'CPU µs per event', value: (row) => row.cpuMicrosPerEvent, digits: 1 },
  { title: 'event delay p99 ms', value: (row) => row.eventDelayP99Micros / 1000, digits: 2 },
  { title: `MiB at ${CONDITIONS.MEMORY_STREAMS} streams`, value: (row) => row.memory.residentMebibytes, digits: 0 },
];

/** A subject that used less of its core under full load was disturbed by another process. */
const BUSY_SHARE = 0.9;
const DISTURBED_NOTE =
  '**A subject did not get its whole core under full load because something else used the machine. CPU time and memory are still valid; requests/s are too low, and added latency and event delay too high.**';

export interface Results {
  readonly rows: readonly Row[];
  readonly direct: Direct;
  readonly stalls: StallResults;
  /** Absent in a run that does not measure all subjects. */
  readonly stored?: readonly StoredRun[];
}

/** Renders bench/RESULTS.md, which reports one run. */
export function resultsPage({ rows, direct, stalls, stored }: Results, machine: Machine): string {
  const tollgate = rows.find(({ name }) => name === 'Tollgate');
  return `# Benchmark

Written by \`npm run bench\`. The numbers come from one run on one machine; compare them only with each other.

${results(rows)}

${tollgate === undefined || rows.length === 1 ? '' : `${ratios(tollgate, rows)}\n\n`}${integrity(rows)}

${stallsSection(stalls)}

${stored === undefined ? '' : `${storedSection(stored)}\n\n`}## How

${conditions(direct, machine)}

## What this does not measure

- DynamoDB: Tollgate authenticates, reserves and settles in its embedded store, in the same process. The pass-through and Portkey do none of this.
- TLS, CloudFront and Lambda: everything is HTTP/1.1 on loopback.
- Provider latency: the upstream answers immediately and paces its streams by a clock.
`;
}

function results(rows: readonly Row[]): string {
  const lines = rows.map((row) => [row.name, ...COLUMNS.map(({ value, digits }) => number(value(row), digits))]);
  return table(['', ...COLUMNS.map(({ title }) => title)], lines);
}

function ratios(tollgate: Row, rows: readonly Row[]): string {
  const others = rows.filter((row) => row !== tollgate);
  const lines = others.map((row) => [
    `Tollgate ÷ ${row.name}`,
    ...COLUMNS.map(({ value }) => number(value(tollgate) / value(row), 2)),
  ]);
  return `${table(['ratio', ...COLUMNS.map(({ title }) => title.replace(/ ms$/, ''))], lines)}

Higher is better for requests/s; lower is better for everything else.`;
}

function integrity(rows: readonly Row[]): string {
  const lines = rows.map(({ name, memory, coreShare, failures }) => {
    return [
      name,
      failureCounts(failures),
      `${memory.streams} of ${CONDITIONS.MEMORY_STREAMS}`,
      String(memory.events),
      `${number(coreShare * 100, 0)} %`,
    ];
  });
  const titles = [
    '',
    'failures in all runs',
    'complete streams in the memory run',
    'events in the memory run',
    'share of its core at full load',
  ];
  return `${table(titles, lines)}

A failure is any status other than 200, a broken connection, an unfinished response, or a stream that lacks events.${
    rows.some(({ coreShare }) => coreShare < BUSY_SHARE) ? `\n\n${DISTURBED_NOTE}` : ''
  }`;
}

function conditions(direct: Direct, { cores, cpu, node, load, isPinned, portkey }: Machine): string {
  const pinning = isPinned
    ? 'The subject is pinned to one core with `taskset`; the upstream and the load generator share the rest.'
    : '**Nothing is pinned to a core (no `taskset`, or only one core), so subject, upstream and load generator compete.**';
  const c = CONDITIONS;
  return `- ${cores} cores (${cpu}), Node ${node}; load average before the run ${load.toFixed(2)}. ${pinning}
- Subjects: a minimal \`node:http\` pass-through (pass-through.ts); \`@portkey-ai/gateway\` ${portkey} with the pinned hono of package.json, as its image starts it; Tollgate as \`npm start\` runs it, bundled, with its control plane and local user pool in the same process. All use the same local upstream, and their logs are discarded.
- After a warm-up the subjects take turns in ${ROUNDS} rounds; each figure is the median of the rounds. CPU time is user and system time of the subject's process.
- requests/s and CPU per request: ${c.THROUGHPUT_CONNECTIONS} keep-alive connections, one request at a time on each, for ${c.THROUGHPUT_SECONDS} s. Requests and responses are about 1 KB each. p99 ÷ p50 compares the durations of these requests.
- Added p50, p99: up to ${c.LATENCY_REQUESTS} consecutive requests on one connection, minus the same percentile without a proxy (${milliseconds(direct.p50Micros)} and ${milliseconds(direct.p99Micros)} ms).
- CPU per event, event delay: ${c.PACED_STREAMS} connections with ${c.PACED_STREAMS_EACH} streams each, an event every ${c.PACE_MS} ms; the CPU time includes starting and ending the streams. The delay is measured from sending in the upstream to arrival at the client; without a proxy its p99 is ${milliseconds(direct.eventDelayP99Micros)} ms.
- Memory: the highest resident size while ${c.MEMORY_STREAMS} streams run at once, an event every ${c.MEMORY_PACE_MS} ms, in newly started processes. It is measured once.`;
}
