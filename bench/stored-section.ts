import { DAY_MS, MINUTE_MS } from '../lambdas/domain/clock';
import { STORED_REQUESTS } from './command-line';
import { number, table } from './markdown';
import { MORE_REQUESTS, type StoredRun } from './stored';

const TITLES = [
  'stored requests',
  'MiB on disk',
  'store opens ms',
  'first answer ms',
  'first chat answer ms',
  'CPU ms until then',
  'MiB at start',
  `MiB after ${number(MORE_REQUESTS, 0)} requests`,
];

/** Renders how Tollgate starts on folders with finished requests. */
export function storedSection(runs: readonly StoredRun[]): string {
  const lines = runs.map((run) => [
    run.requests === 0 ? 'none' : `${number(run.requests, 0)} in ${duration(run.historyMs)}`,
    number(run.diskMebibytes, 0),
    number(run.openMs, 0),
    number(run.healthMs, 0),
    number(run.chatMs, 0),
    number(run.cpuMs, 0),
    number(run.residentMebibytes, 0),
    number(run.laterMebibytes, 0),
  ]);
  return `## Start with stored requests

${table(TITLES, lines)}

Each folder contains what finished requests leave behind: ledger entries, usage records, the balance, and receipts in signed trees. The gateway was started on it once before. Both answers are timed from the start of the process, Node included: the first to \`/healthz\`, the other to a chat request. The store is also opened in a process of its own. Memory is the resident size after the first chat answer, and again after ${number(MORE_REQUESTS, 0)} requests and one run of the background work. The operating system's file cache is warm. \`npm run bench -- stored\` stores ${number(STORED_REQUESTS, 0)} requests, or the given number.`;
}

const duration = (milliseconds: number): string =>
  milliseconds < DAY_MS ? `${milliseconds / MINUTE_MS} minutes` : `${milliseconds / DAY_MS} days`;
