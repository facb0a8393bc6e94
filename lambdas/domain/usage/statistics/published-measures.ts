import { MEASURE_PREFIXES, type Measures } from '../rollups/measures';
import { addSum, HISTOGRAM_PREFIXES, SINGLE_MEASURES, type Sum, type Sums, withoutBucket } from './sums';

/** The units of tokens that have to be left out together, so that the cost and the prices do not reveal one of them. */
const HIDDEN_UNITS_MIN = 2;

type NamedSum = readonly [name: string, sum: Sum];

/**
 * The measures of a group of accounts that can be published: each is a sum over at least `accountsMin` accounts, and so
 * is each difference of two of them.
 */
export function publishedMeasures(sums: Sums, accountsMin: number): Measures {
  const singles = SINGLE_MEASURES.flatMap((name): NamedSum[] => {
    const sum = sums.get(name);
    return sum !== undefined && sum.accounts.size >= accountsMin ? [[name, sum]] : [];
  });
  const histograms = HISTOGRAM_PREFIXES.flatMap((prefix) => publishedBuckets(sums, prefix, accountsMin));
  const published = [...singles, ...publishedUnits(sums, accountsMin), ...histograms];
  return Object.fromEntries(published.map(([name, { value }]) => [name, value]));
}

/**
 * Returns the units of tokens that enough accounts used. If only one unit were left out, its cost would follow from the
 * cost of all units. So at least two are left out, and together they cover enough accounts.
 */
function publishedUnits(sums: Sums, accountsMin: number): readonly NamedSum[] {
  const units = [...sums].filter(([name]) => name.startsWith(MEASURE_PREFIXES.tokens));
  units.sort(([, one], [, other]) => one.accounts.size - other.accounts.size);
  const [fewest] = units;
  if (fewest === undefined || fewest[1].accounts.size >= accountsMin) return units;
  let [hidden, count] = [fewest[1], 1];
  const isSafe = ([, next]: NamedSum): boolean =>
    next.accounts.size >= accountsMin && hidden.accounts.size >= accountsMin && count >= HIDDEN_UNITS_MIN;
  for (const unit of units.slice(1)) {
    if (isSafe(unit)) break;
    hidden = addSum(hidden, unit[1], accountsMin);
    count += 1;
  }
  return units.slice(count);
}

/**
 * A histogram whose buckets have enough accounts each. A bucket of too few is joined to the next longer one, and what is
 * left at the end to the one before, so that durations only get longer. The histogram is left out if too few accounts
 * have requests in none of its buckets, because the number of those requests could be computed.
 */
function publishedBuckets(sums: Sums, prefix: string, accountsMin: number): readonly NamedSum[] {
  const missing = sums.get(withoutBucket(prefix));
  if (missing !== undefined && missing.accounts.size < accountsMin) return [];
  const bucketOf = (name: string): number => Number(name.slice(prefix.length));
  const buckets = [...sums].filter(([name]) => name.startsWith(prefix) && name !== withoutBucket(prefix));
  buckets.sort(([one], [other]) => bucketOf(one) - bucketOf(other));
  const joined: NamedSum[] = [];
  let open: NamedSum | undefined;
  for (const [name, sum] of buckets) {
    open = [name, open === undefined ? sum : addSum(open[1], sum, accountsMin)];
    if (open[1].accounts.size < accountsMin) continue;
    joined.push(open);
    open = undefined;
  }
  if (open === undefined) return joined;
  const last = joined.pop();
  return last === undefined ? [] : [...joined, [open[0], addSum(last[1], open[1], accountsMin)]];
}
