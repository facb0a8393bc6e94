import { z } from 'zod';
import { STATISTICS_PARTITION, statisticsKey } from '../../../contracts/storage/table-keys/statistics';
import { STATISTICS } from '../../../contracts/storage/tables';
import { type Clock, DAY_MS } from '../../clock';
import { isRestricted } from '../../restrictions/restriction-item';
import { commit } from '../../table/commit';
import { absent } from '../../table/condition';
import { everyItem } from '../../table/every-item';
import type { Put, TableStore } from '../../table/table-store';
import { ReadRollUps } from '../rollups/read-roll-ups';
import { intervalStart } from '../rollups/targets';
import { type Cell, Cells, type CellName } from './cells';

/**
 * A day is published two days after it began at the earliest. The stream keeps a change for 24 hours, so nothing is
 * added to the day then, and a published day never has to change.
 */
const PUBLISHED_AFTER_MS = 2 * DAY_MS;
/** Keeps an item below DynamoDB's 400 KB: a cell takes at most about 2.5 KB. */
const PART_CELLS_MAX = 100;

export interface StatisticsDependencies {
  readonly store: TableStore;
  readonly clock: Clock;
  /** All accounts. */
  readonly everyAccount: () => AsyncIterable<string>;
  /** How many days roll-ups are kept. Statistics need at least three. */
  readonly retentionDays: number;
  /** Smaller groups of accounts are not published. */
  readonly accountsMin: number;
}

/** The usage of a day, of all accounts together. */
export interface PublishedDay {
  readonly day: string;
  readonly cells: readonly Cell[];
}

const servedSchema = z.tuple([z.string(), z.string(), z.string()]);

/** A part of a day’s statistics. */
export const partSchema = z.object({
  day: z.string(),
  cells: z.array(
    z.object({
      model: z.string(),
      provider: z.string(),
      statusClass: z.string(),
      measures: z.record(z.string(), z.bigint()),
    }),
  ),
});

/**
 * Anonymises usage: publishes each day's roll-ups as sums over at least `accountsMin` accounts, before the roll-ups
 * expire. A day is published once and never again, because two versions of a day could be subtracted from each other. An
 * account that is restricted on the day of publication is left out.
 */
export class Statistics {
  readonly #dependencies: StatisticsDependencies;

  constructor(dependencies: StatisticsDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Publishes the days that are due and were not published yet. It can run at any time, also twice at the same time.
   * @returns the days that this run published
   */
  async publish(): Promise<readonly string[]> {
    const { store, clock, retentionDays } = this.#dependencies;
    const published: string[] = [];
    const now = clock();
    const last = Math.floor((now - PUBLISHED_AFTER_MS) / DAY_MS) * DAY_MS;
    // The roll-ups of older days have expired.
    const first = Math.floor(now / DAY_MS) * DAY_MS - (retentionDays - 1) * DAY_MS;
    for (let start = first; start <= last; start += DAY_MS) {
      const day = intervalStart('day', start);
      if ((await store.get({ table: STATISTICS, key: statisticsKey(day, 0) })) !== undefined) continue;
      const cells = await this.#cellsOf(day);
      // Some roll-ups expired while they were read.
      if (clock() >= start + retentionDays * DAY_MS) continue;
      if (await this.#put(day, cells)) published.push(day);
    }
    return published;
  }

  async #cellsOf(day: string): Promise<readonly Cell[]> {
    const { store, everyAccount, accountsMin } = this.#dependencies;
    const rollUps = new ReadRollUps({ store });
    const cells = new Cells(accountsMin);
    for await (const accountId of everyAccount()) {
      if (await isRestricted(store, accountId)) continue;
      for await (const { value, measures } of rollUps.all(accountId, 'served', 'day', { from: day, to: day }))
        cells.add(accountId, { ...nameOf(value), measures });
    }
    return cells.publishable();
  }

  /** @returns false if another run has published the day */
  async #put(day: string, cells: readonly Cell[]): Promise<boolean> {
    const parts: Put[] = [];
    for (let first = 0; first === 0 || first < cells.length; first += PART_CELLS_MAX) {
      const part = cells.slice(first, first + PART_CELLS_MAX).map((cell) => ({ ...cell }));
      parts.push({
        table: STATISTICS,
        put: { ...statisticsKey(day, parts.length), day, cells: part },
        when: absent(),
      });
    }
    const writes = parts.map((write) => ({ write, otherwise: () => 'published' as const }));
    return (await commit<'published'>(this.#dependencies.store, writes)).length === 0;
  }
}

/**
 * The published days of a range, oldest first.
 * @param range such as `2026-11-01` to `2026-11-30`, both inclusive
 */
export async function publishedDays(
  store: TableStore,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<readonly PublishedDay[]> {
  const days = new Map<string, Cell[]>();
  const sort = { from: `${from}#`, to: `${to}#~` };
  for await (const item of everyItem(store, { table: STATISTICS, partition: STATISTICS_PARTITION, sort })) {
    const { day, cells } = partSchema.parse(item);
    days.set(day, [...(days.get(day) ?? []), ...cells]);
  }
  return [...days].map(([day, cells]) => ({ day, cells }));
}

function nameOf(value: string): CellName {
  const [model, provider, statusClass] = servedSchema.parse(JSON.parse(value));
  return { model, provider, statusClass };
}
