/** No request has more tokens than this, so a provider that reports more is wrong. */
const TOKENS_MAX = 1_000_000_000;

/** A provider's report before any check. */
export interface ProviderReport {
  readonly [member: string]: unknown;
}

/** Counts by name. Absent and null counts are left out. */
export type Counts<Name extends string> = { readonly [name in Name]?: number };

export function isReport(value: unknown): value is ProviderReport {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads token counts from an object, which may itself be absent or null.
 * @returns undefined when one of them is not a plausible count: text, a fraction, negative, NaN or absurdly large
 */
export function readCounts<Name extends string>(report: unknown, names: readonly Name[]): Counts<Name> | undefined {
  if (report === undefined || report === null) return {};
  if (!isReport(report)) return undefined;
  const counts: { [name in Name]?: number } = {};
  for (const name of names) {
    const value = report[name];
    if (value === undefined || value === null) continue;
    if (!isCount(value)) return undefined;
    counts[name] = value;
  }
  return counts;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= TOKENS_MAX;
}

/**
 * Names the members above zero that are not `known`. The provider chose their names, so an unusual one is not repeated.
 */
export function unknownCounts(report: unknown, prefix: string, known: readonly string[]): readonly string[] {
  if (!isReport(report)) return [];
  const unknown = Object.entries(report).filter(
    ([name, value]) => typeof value === 'number' && value > 0 && !known.includes(name),
  );
  return unknown.map(([name]) => `${prefix}.${/^[a-z0-9_]{1,40}$/.test(name) ? name : 'other'}`);
}
