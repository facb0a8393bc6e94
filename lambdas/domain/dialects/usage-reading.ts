import type { Usage } from '../../contracts/storage/units';

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
