import { isKnown } from '../../../contracts/storage/open-values';
import { UNITS } from '../../../contracts/storage/units';
import { REQUEST_STATUSES, type UsageRecord } from '../../../contracts/storage/usage-record';
import { bucketOf } from './histogram';

/** The prefixes of measures that there are several of. They are short because they are in every item. */
export const MEASURE_PREFIXES = {
  /** Tokens by unit. */
  tokens: 't:',
  /** Requests by status. */
  statuses: 's:',
  /** Failed requests by the HTTP status that their clients got. */
  errors: 'e:',
  /** Requests by the bucket of their duration. */
  durations: 'd:',
  /** Requests by the bucket of the time to the provider's first byte. */
  firstBytes: 'f:',
} as const;

/** The measures that there is one of. Costs are in pico-dollars. */
const SUMS: readonly string[] = ['requests', 'costPico', 'overrunPico', 'estimated'];

/** Whether an attribute of a roll-up is a measure that this release knows. */
export const isMeasure = (name: string): boolean =>
  SUMS.includes(name) || Object.values(MEASURE_PREFIXES).some((prefix) => name.startsWith(prefix));

/** A unit or a status that only a later release knows. It is text from storage, so it names no measure. */
export const OTHER = 'other';
const ERROR_STATUS_MIN = 400;

/** The sums of a roll-up, by name. Only sums are kept, so roll-ups are merged by adding up. Costs are in pico-dollars. */
export interface Measures {
  readonly [name: string]: bigint;
}

/** The measures that one request adds to each of its roll-ups. Names without a value are left out. */
export function measuresOf(record: UsageRecord): Measures {
  const { tokens, statuses, errors, durations, firstBytes } = MEASURE_PREFIXES;
  const measures: { [name: string]: bigint } = { requests: 1n };
  const add = (name: string, value: bigint): void => {
    if (value !== 0n) measures[name] = (measures[name] ?? 0n) + value;
  };
  add('costPico', record.costPico);
  add('overrunPico', record.overrunPico);
  add('estimated', record.estimated ? 1n : 0n);
  for (const [unit, count] of Object.entries(record.usage))
    add(`${tokens}${isKnown(UNITS, unit) ? unit : OTHER}`, BigInt(count ?? 0));
  add(`${statuses}${isKnown(REQUEST_STATUSES, record.status) ? record.status : OTHER}`, 1n);
  if (record.httpStatus >= ERROR_STATUS_MIN) add(`${errors}${record.httpStatus}`, 1n);
  // The sweeper decides when a request expires, so that says nothing about how long it took.
  if (record.status !== 'expired') add(`${durations}${bucketOf(record.durationMs)}`, 1n);
  if (record.firstByteMs !== undefined) add(`${firstBytes}${bucketOf(record.firstByteMs)}`, 1n);
  return measures;
}

/** Adds up measures. Those that come to zero are left out. */
export function sumOfMeasures(all: readonly Measures[]): Measures {
  const sum = new Map<string, bigint>();
  for (const measures of all)
    for (const [name, value] of Object.entries(measures)) sum.set(name, (sum.get(name) ?? 0n) + value);
  return Object.fromEntries([...sum].filter(([, value]) => value !== 0n));
}

export const negated = (measures: Measures): Measures =>
  Object.fromEntries(Object.entries(measures).map(([name, value]) => [name, -value]));
