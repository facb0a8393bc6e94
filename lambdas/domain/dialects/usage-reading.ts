import { INPUT_UNITS, OUTPUT_UNITS, type Unit, type Usage } from '../../contracts/storage/units';

/**
 * The result of reading a provider's usage report.
 * - `absent`: there is no report.
 * - `reported`: the buckets are disjoint and add up to the provider's own total; an explicit zero is zero.
 * - `malformed`: a count is impossible or missing.
 */
export type UsageReading =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'reported';
      readonly usage: Usage;
      /** Units that the provider charges for but the catalog has no price for. The caller raises an alarm. */
      readonly unbilled: readonly string[];
    }
  | { readonly kind: 'malformed' };

/**
 * Keeps input and output even at zero, so that an explicit zero stays visible, and the other buckets only when they are
 * used.
 */
export function withoutZeros({ input = 0, output = 0, ...others }: Usage): Usage {
  return { input, output, ...Object.fromEntries(Object.entries(others).filter(([, count]) => count > 0)) };
}

/**
 * Adds a later report of the same answer. Reports are running totals, so the later one replaces the earlier one. A total
 * never falls to zero: a provider that then reports zero reports only the other direction, or nothing.
 */
export function laterUsage(earlier: UsageReading, later: UsageReading): UsageReading {
  if (later.kind === 'absent') return earlier;
  if (earlier.kind !== 'reported' || later.kind !== 'reported') return later;
  const usage = {
    ...direction(earlier.usage, later.usage, INPUT_UNITS),
    ...direction(earlier.usage, later.usage, OUTPUT_UNITS),
  };
  return { kind: 'reported', usage, unbilled: [...new Set([...earlier.unbilled, ...later.unbilled])] };
}

/** The tokens of a usage in some units. */
export function tokensIn(usage: Usage, units: readonly Unit[]): number {
  return units.reduce((sum, unit) => sum + (usage[unit] ?? 0), 0);
}

function direction(earlier: Usage, later: Usage, units: readonly Unit[]): Usage {
  const from = tokensIn(later, units) > 0 ? later : earlier;
  return Object.fromEntries(units.flatMap((unit) => (from[unit] === undefined ? [] : [[unit, from[unit]]])));
}
