import { CONDITIONS } from './measures';
import { ROUNDS, type Direct, type Row } from './rounds';

export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly node: string;
  /** Runnable processes, averaged over the minute before the run. */
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
  { title: 'added p50 ms', value: (row) => row.addedP50Micros / 1000, digits: 2 },
  { title: 'added p99 ms', value: (row) => row.addedP99Micros / 1000, digits: 2 },
  { title: 'CPU µs per event', value: (row) => row.cpuMicrosPerEvent, digits: 1 },
  { title: 'event delay p99 ms', value: (row) => row.eventDelayP99Micros / 1000, digits: 2 },
  { title: `MiB at ${CONDITIONS.MEMORY_STREAMS} streams`, value: (row) => row.memory.residentMebibytes, digits: 0 },
];

/** A subject under full load that had less of its core was kept from it. */
const BUSY_SHARE = 0.9;
const DISTURBED_NOTE =
  '**A subject did not get its whole core under full load: something else used the machine. CPU time and memory hold; requests/s are too low, added latency and event delay too high.**';

/** bench/RESULTS.md: what was measured in one run, and nothing else. */
export function resultsPage(rows: readonly Row[], direct: Direct, machine: Machine): string {
  const tollgate = rows.find(({ name }) => name === 'Tollgate');
  return `# Benchmark

Written by \`npm run bench\`; numbers are of one run on one machine and are to be compared with each other only.

${results(rows)}

${tollgate === undefined || rows.length === 1 ? '' : `${ratios(tollgate, rows)}\n\n`}${integrity(rows)}

## How

${conditions(direct, machine)}

## What this does not measure

- DynamoDB: Tollgate authenticates, reserves and settles in its embedded store, in the same process. The pass-through and Portkey do none of that.
- TLS, CloudFront and Lambda: everything is HTTP/1.1 on loopback.
- A provider's own time: the upstream answers at once, and paces its streams by a clock.
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

More requests/s is better; of everything else, less is.`;
}

function integrity(rows: readonly Row[]): string {
  const lines = rows.map(({ name, memory, coreShare, failures }) => {
    const counts = Object.entries(failures).map(([what, count]) => `${count} × ${what}`);
    return [
      name,
      counts.length === 0 ? 'none' : counts.join(', '),
      `${memory.streams} of ${CONDITIONS.MEMORY_STREAMS}`,
      String(memory.events),
      `${number(coreShare * 100, 0)} %`,
    ];
  });
  const titles = [
    '',
    'failures in the whole run',
    'whole streams in the memory run',
    'events there',
    'of its core at full load',
  ];
  return `${table(titles, lines)}

A failure is any status but 200, a broken connection, an answer that did not end, or a stream without all of its events.${
    rows.some(({ coreShare }) => coreShare < BUSY_SHARE) ? `\n\n${DISTURBED_NOTE}` : ''
  }`;
}

function conditions(direct: Direct, { cores, cpu, node, load, isPinned, portkey }: Machine): string {
  const pinning = isPinned
    ? 'The subject has one core, the upstream and the load generator have the rest (`taskset`).'
    : '**Nothing is pinned to a core here (no `taskset`, or only one core): subject, upstream and load generator compete.**';
  const c = CONDITIONS;
  return `- ${cores} cores (${cpu}), Node ${node}; load average before the run ${load.toFixed(2)}. ${pinning}
- Subjects: a minimal \`node:http\` pass-through (pass-through.ts); \`@portkey-ai/gateway\` ${portkey} with the pinned hono of package.json, as its image starts it; Tollgate as \`npm start\` runs it, bundled, with its control plane and local user pool in the same process. All on the same local upstream, their logs discarded.
- ${ROUNDS} rounds in which the subjects take turns, after a warm-up; each figure is the median of the rounds. CPU time is user and system time of the subject's process.
- requests/s and CPU per request: ${c.THROUGHPUT_CONNECTIONS} keep-alive connections, one request at a time on each, for ${c.THROUGHPUT_SECONDS} s. Requests and answers have about 1 KB.
- Added p50, p99: one connection, up to ${c.LATENCY_REQUESTS} requests one after the other, less the same percentile without a proxy (${ms(direct.p50Micros)} and ${ms(direct.p99Micros)} ms).
- CPU per event, event delay: ${c.PACED_STREAMS} connections with ${c.PACED_STREAMS_EACH} streams each, an event every ${c.PACE_MS} ms; the CPU time holds the streams' beginnings and ends too. The delay is from sending in the upstream to arrival at the client; without a proxy its p99 is ${ms(direct.eventDelayP99Micros)} ms.
- Memory: the highest resident size while ${c.MEMORY_STREAMS} streams run at once, an event every ${c.MEMORY_PACE_MS} ms, in processes that have just started. Measured once.`;
}

function table(titles: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = titles.map((_, at) => (at === 0 ? '---' : '---:'));
  return [titles, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function number(value: number, digits: number): string {
  return Number.isFinite(value)
    ? value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ',')
    : 'not measured';
}

function ms(micros: number): string {
  return number(micros / 1000, 2);
}
