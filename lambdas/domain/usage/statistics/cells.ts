import { type Measures, OTHER } from '../rollups/measures';
import { publishedMeasures } from './published-measures';
import { addSums, type Sums, sumsOf } from './sums';

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

/**
 * The most cells of a day besides pools. Smaller ones are pooled. A cell has at most about 2.5 KB, and the transaction
 * that publishes a day at most 4 MB.
 */
export const CELLS_MAX = 1_500;

interface Group extends CellName {
  readonly sums: Sums;
}

/**
 * Groups a day's requests of all accounts so that no group has fewer than a minimum of accounts. Small groups are pooled
 * with the other small ones of their status class, and what is still too small with all that is left; a pool that is too
 * small is not published at all.
 *
 * Every request is in one cell at most and no totals are published beside the cells, so nothing can be computed by
 * subtracting one published group from another. Within a cell, each measure has the minimum of accounts too.
 */
export class Cells {
  readonly #accountsMin: number;
  readonly #groups = new Map<string, Group>();

  /** @param accountsMin the fewest accounts of a published sum: at least 2 */
  constructor(accountsMin: number) {
    this.#accountsMin = accountsMin;
  }

  /** Adds what one account used. */
  add(accountId: string, { measures, ...name }: Cell): void {
    // A correction can leave nothing behind. An account that used nothing hides nobody.
    if ((measures['requests'] ?? 0n) > 0n) this.#addTo(this.#groups, { ...name, sums: sumsOf(accountId, measures) });
  }

  publishable(): readonly Cell[] {
    const isLarge = ({ sums }: Group): boolean => (sums.get('requests')?.accounts.size ?? 0) >= this.#accountsMin;
    const bySize = [...this.#groups.values()].sort((one, other) => requestsOf(other) - requestsOf(one));
    const large = bySize.filter(isLarge);
    const left = [...large.slice(CELLS_MAX), ...bySize.filter((group) => !isLarge(group))];
    const pools = this.#pooled(left, ({ statusClass }) => ({ model: OTHER, provider: OTHER, statusClass }));
    const rest = this.#pooled(
      pools.filter((group) => !isLarge(group)),
      () => ({ model: OTHER, provider: OTHER, statusClass: OTHER }),
    );
    const published = [...large.slice(0, CELLS_MAX), ...pools.filter(isLarge), ...rest.filter(isLarge)];
    return published.map(({ sums, ...name }) => ({ ...name, measures: publishedMeasures(sums, this.#accountsMin) }));
  }

  #pooled(groups: readonly Group[], nameOf: (group: Group) => CellName): readonly Group[] {
    const pools = new Map<string, Group>();
    for (const group of groups) this.#addTo(pools, { ...nameOf(group), sums: group.sums });
    return [...pools.values()];
  }

  #addTo(groups: Map<string, Group>, { model, provider, statusClass, sums }: Group): void {
    const id = JSON.stringify([model, provider, statusClass]);
    const group = groups.get(id);
    const all = group === undefined ? sums : addSums(group.sums, sums, this.#accountsMin);
    groups.set(id, { model, provider, statusClass, sums: all });
  }
}

const requestsOf = ({ sums }: Group): number => Number(sums.get('requests')?.value ?? 0n);
