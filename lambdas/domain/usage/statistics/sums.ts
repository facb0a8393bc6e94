import { MEASURE_PREFIXES, type Measures } from '../rollups/measures';

/** A sum over accounts. */
export interface Sum {
  readonly value: bigint;
  /** The accounts that it covers, or as many of them as a published sum needs. */
  readonly accounts: ReadonlySet<string>;
}

/** Sums by the name of their measure. */
export type Sums = ReadonlyMap<string, Sum>;

/** Statuses are left out, because they would divide a cell into smaller ones. */
export const SINGLE_MEASURES = ['requests', 'costPico'] as const;
export const HISTOGRAM_PREFIXES = [MEASURE_PREFIXES.durations, MEASURE_PREFIXES.firstBytes] as const;
const PREFIXES = [MEASURE_PREFIXES.tokens, ...HISTOGRAM_PREFIXES];

/** Counts the requests that are in no bucket of a histogram. It is not published, but can be computed from what is. */
export const withoutBucket = (prefix: string): string => `${prefix}none`;

/** Returns the part of one account in the sums of a cell. */
export function sumsOf(accountId: string, measures: Measures): Sums {
  const accounts = new Set([accountId]);
  const kept = Object.entries(measures).filter(
    ([name]) => SINGLE_MEASURES.some((each) => each === name) || PREFIXES.some((prefix) => name.startsWith(prefix)),
  );
  const missing = HISTOGRAM_PREFIXES.map((prefix): [string, bigint] => {
    const counts = kept.filter(([name]) => name.startsWith(prefix)).map(([, count]) => count);
    return [withoutBucket(prefix), counts.reduce((left, count) => left - count, measures['requests'] ?? 0n)];
  });
  const used = [...kept, ...missing].filter(([, value]) => value !== 0n);
  return new Map(used.map(([name, value]) => [name, { value, accounts }]));
}

/**
 * Adds sums up.
 * @param accountsMin the fewest accounts of a published sum. A sum of fewer names all of them, so the union of two sums
 *   has too few accounts exactly if it is seen to have too few
 */
export function addSums(one: Sums, other: Sums, accountsMin: number): Sums {
  const sums = new Map(one);
  for (const [name, added] of other) {
    const sum = sums.get(name);
    sums.set(name, sum === undefined ? added : addSum(sum, added, accountsMin));
  }
  return sums;
}

export function addSum(one: Sum, other: Sum, accountsMin: number): Sum {
  const isLarge = one.accounts.size >= accountsMin;
  const accounts = isLarge ? one.accounts : new Set([...one.accounts, ...other.accounts]);
  return { value: one.value + other.value, accounts };
}
