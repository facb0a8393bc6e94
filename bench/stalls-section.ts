import { STALL_SECONDS } from './command-line';
import type { Background } from './expiring-folder';
import { failureCounts, milliseconds, number, table } from './markdown';
import { CONDITIONS, type StallRun } from './measures';
import { STALL_MS } from './stall-meter';
import type { StallResults } from './stalls';

const TITLES = [
  '',
  'longest ms',
  'without other processes',
  'longest CPU ms',
  'p99 ms',
  `longer than ${STALL_MS} ms`,
  'requests/s',
  'request p50 ms',
  'request p99 ms',
  'p99 ÷ p50',
  'p99 ÷ p50 ÷ that of node:http',
  'failures',
];

/** Renders how long the event loops of the subjects stood still. */
export function stallsSection({ seconds, runs, background }: StallResults): string {
  const passThrough = runs.find(({ name }) => name.startsWith('node:http'));
  const base = passThrough === undefined ? Number.NaN : tailOf(passThrough);
  const lines = runs.map((run) => [
    run.name,
    number(run.stalls.longestMs, 1),
    number(run.stalls.longestOwnMs, 1),
    number(run.stalls.longestCpuMs, 1),
    number(run.stalls.p99Ms, 1),
    String(run.stalls.count),
    number(run.requestsPerSecond, 0),
    milliseconds(run.p50Micros),
    milliseconds(run.p99Micros),
    number(tailOf(run), 2),
    number(tailOf(run) / base, 2),
    failureCounts(run.failures),
  ]);
  const generatorMs = Math.max(...runs.map(({ generator }) => generator.longestMs));
  const sample = seconds < STALL_SECONDS ? `, a sample of ${seconds} s` : ` in ${seconds} s`;
  return `## Event-loop stalls${sample}

${table(TITLES, lines)}

A stall is a gap between two ticks of a timer that is due every millisecond. A module that each subject preloads (stall-probe.ts) measures it in the subject's own process, while ${CONDITIONS.THROUGHPUT_CONNECTIONS} keep-alive connections send requests as fast as they are answered. Garbage collections count. The second figure excludes the time in which the main thread waited for its core while another process had it. It still includes the time in which a garbage collection waited for helper threads without a core, so it is reliable only on a quiet machine. The third figure is the longest CPU time of the main thread between two ticks: it does not depend on other processes, but leaves out waiting for a disk. The load generator's own longest stall was ${number(generatorMs, 1)} ms. \`npm run bench -- stall\` measures ${STALL_SECONDS} s.${
    background === undefined ? '' : ` ${backgroundText(background)}`
  }`;
}

const backgroundText = ({ expiring, removed, seals }: Background): string =>
  `Tollgate runs on a folder in which about as many usage records expire as requests arrive: ${number(removed, 0)} of ${number(expiring, 0)} expiring items were removed during its run, and ${seals} seals were made.`;

const tailOf = ({ p50Micros, p99Micros }: StallRun): number => p99Micros / p50Micros;
