import { MEASURE_PREFIXES, type Measures, OTHER, sumOfMeasures } from '../rollups/measures';

/** A group of requests: those of a day to one model at one provider that ended with one class of HTTP statuses. */
export interface CellName {
  readonly model: string;
  readonly provider: string;
  /** `2xx`, `4xx`, `5xx`, or `none` for a client that had left. */
  readonly statusClass: string;
}

export interface Cell extends CellName {
  readonly measures: Measures;
}

/** The most cells of a day. Smaller ones beyond that are pooled. */
export const CELLS_MAX = 5_000;
const KEPT = ['requests', 'costPico'];
const KEPT_PREFIXES = [MEASURE_PREFIXES.tokens, MEASURE_PREFIXES.durations, MEASURE_PREFIXES.firstBytes];

interface Group extends CellName {
  readonly accounts: Set<string>;
  measures: Measures;
}

/**
 * Groups a day's requests of all accounts so that no group has fewer than a minimum of accounts. Small groups are pooled
 * with the other small ones of their status class, and what is still too small with all that is left; a pool that is too
 * small is not published at all.
 *
 * Every request is in one cell at most and no totals are published beside the cells, so nothing can be computed by
 * subtracting one published group from another.
 */
export class Cells {
  readonly #groups = new Map<string, Group>();

  /** Adds what one account used. */
  add(accountId: string, { measures, ...name }: Cell): void {
    // A correction can leave nothing behind. An account that used nothing hides nobody.
    if ((measures['requests'] ?? 0n) > 0n) addTo(this.#groups, name, new Set([accountId]), kept(measures));
  }

  /** @param accountsMin at least 2 */
  publishable(accountsMin: number): readonly Cell[] {
    const isLarge = ({ accounts }: Group): boolean => accounts.size >= accountsMin;
    const bySize = [...this.#groups.values()].sort((one, other) => requestsOf(other) - requestsOf(one));
    const published = bySize.filter(isLarge).slice(0, CELLS_MAX);
    const left = bySize.filter((group) => !published.includes(group));
    const pools = pooled(left, ({ statusClass }) => ({ model: OTHER, provider: OTHER, statusClass }));
    const rest = pooled(
      pools.filter((group) => !isLarge(group)),
      () => ({ model: OTHER, provider: OTHER, statusClass: OTHER }),
    );
    return [...published, ...pools.filter(isLarge), ...rest.filter(isLarge)].map(cellOf);
  }
}

function pooled(groups: readonly Group[], nameOf: (group: Group) => CellName): readonly Group[] {
  const pools = new Map<string, Group>();
  for (const group of groups) addTo(pools, nameOf(group), group.accounts, group.measures);
  return [...pools.values()];
}

function addTo(groups: Map<string, Group>, name: CellName, accounts: ReadonlySet<string>, measures: Measures): void {
  const { model, provider, statusClass } = name;
  const id = JSON.stringify([model, provider, statusClass]);
  const group = groups.get(id) ?? { model, provider, statusClass, accounts: new Set<string>(), measures: {} };
  for (const account of accounts) group.accounts.add(account);
  group.measures = sumOfMeasures([group.measures, measures]);
  groups.set(id, group);
}

const requestsOf = ({ measures }: Group): number => Number(measures['requests'] ?? 0n);

/** Statuses are left out, because they would divide a cell into smaller ones. */
const kept = (measures: Measures): Measures =>
  Object.fromEntries(
    Object.entries(measures).filter(
      ([name]) => KEPT.includes(name) || KEPT_PREFIXES.some((prefix) => name.startsWith(prefix)),
    ),
  );

const cellOf = ({ model, provider, statusClass, measures }: Group): Cell => ({
  model,
  provider,
  statusClass,
  measures,
});
