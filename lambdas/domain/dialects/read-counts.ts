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
 * Names the members above zero that are not priced. The provider chose their names, which can carry any text, and the
 * result is logged: a name that we do not know becomes `other`.
 */
export function unpricedCounts(
  report: unknown,
  prefix: string,
  names: { readonly priced: readonly string[]; readonly known: readonly string[] },
): readonly string[] {
  if (!isReport(report)) return [];
  const unpriced = Object.entries(report).filter(
    ([name, value]) => typeof value === 'number' && value > 0 && !names.priced.includes(name),
  );
  return [...new Set(unpriced.map(([name]) => `${prefix}.${names.known.includes(name) ? name : 'other'}`))];
}
