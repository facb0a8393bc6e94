import type { Dimension } from '../../../contracts/storage/table-keys/roll-ups';
import { DAY_MS } from '../../clock';
import { inParallel } from '../../in-parallel';
import { localDays } from '../../local-day';
import { type Measures, sumOfMeasures } from '../rollups/measures';
import type { ReadRollUps, RollUp } from '../rollups/read-roll-ups';
import { intervalStart, startTime } from '../rollups/targets';

/** The most values that a report has series of. The series of the others are left out, and counted. */
export const SERIES_MAX = 50;
const CONCURRENT_SERIES = 8;

export interface ReportQuery {
  readonly accountId: string;
  readonly group: Exclude<Dimension, 'served'>;
  readonly interval: 'hour' | 'day' | 'month';
  /** An IANA time zone, in which days and months begin. */
  readonly timeZone: string;
  /** The first and the last day in that time zone, such as `2026-11-01`. */
  readonly from: string;
  readonly to: string;
  /** The values that are reported. @default those with the most requests */
  readonly values?: ReadonlySet<string>;
}

/** The usage of one value of a dimension. */
export interface Series {
  readonly value: string;
  readonly total: Measures;
  /** By the beginning of the interval: an hour as ISO 8601 in UTC, a day or a month as it is called in the time zone. */
  readonly points: ReadonlyMap<string, Measures>;
}

export interface UsageReport {
  /** Those with the most requests first. */
  readonly series: readonly Series[];
  /** How many further values there are. */
  readonly omitted: number;
}

/**
 * Adds roll-ups up for a report. Days and months in UTC are read as such. Anything else is added up from hours; an hour
 * belongs to the day in which it begins, which matters only for time zones that are not whole hours away from UTC.
 */
export async function usageReport(rollUps: ReadRollUps, query: ReportQuery): Promise<UsageReport> {
  const groups = new Groups(query.values);
  if (query.timeZone === 'UTC' && query.interval !== 'hour') {
    for await (const rollUp of coarse(rollUps, query))
      groups.add(rollUp.value, rollUp.start.slice(0, LABEL_CHARACTERS[query.interval]), rollUp.measures);
    return groups.report();
  }
  // The days of another zone reach into the days before and after in UTC.
  const margin = query.timeZone === 'UTC' ? 0 : 1;
  const days = { from: shifted(query.from, -margin), to: shifted(query.to, margin) };
  const values = new Groups(query.values);
  for await (const day of rollUps.all(query.accountId, query.group, 'day', days))
    values.add(day.value, day.start, day.measures);
  const { series, omitted } = values.report();
  const dayOf = localDays(query.timeZone);
  await inParallel(series, CONCURRENT_SERIES, async ({ value }) => {
    const range = { from: `${days.from}T00`, to: `${days.to}T23` };
    for await (const { start, measures } of rollUps.hours(query.accountId, { dimension: query.group, value }, range)) {
      const day = dayOf(startTime('hour', start));
      if (day < query.from || day > query.to) continue;
      groups.add(
        value,
        query.interval === 'hour' ? `${start}:00:00.000Z` : day.slice(0, LABEL_CHARACTERS[query.interval]),
        measures,
      );
    }
  });
  return { ...groups.report(), omitted };
}

/** How much of a day's name the name of its interval has. */
export const LABEL_CHARACTERS = { day: 'YYYY-MM-DD'.length, month: 'YYYY-MM'.length } as const;

/** The period of the same length that ends where another begins. */
export function previousPeriod({ from, to }: Pick<ReportQuery, 'from' | 'to'>): Pick<ReportQuery, 'from' | 'to'> {
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  return { from: shifted(from, -days), to: shifted(from, -1) };
}

/** Days, and for a report of months the months that are in the period as a whole, as far as they have not ended. */
async function* coarse(rollUps: ReadRollUps, query: ReportQuery): AsyncGenerator<RollUp, void> {
  const { accountId, group, interval, from, to } = query;
  const whole = new Set<string>();
  if (interval === 'month') {
    const months = { from: from.slice(0, LABEL_CHARACTERS.month), to: to.slice(0, LABEL_CHARACTERS.month) };
    for await (const month of rollUps.all(accountId, group, 'month', months)) {
      if (`${month.start}-01` < from || shifted(nextMonth(month.start), -1) > to) continue;
      whole.add(month.start);
      yield month;
    }
  }
  for await (const day of rollUps.all(accountId, group, 'day', { from, to }))
    if (!whole.has(day.start.slice(0, LABEL_CHARACTERS.month))) yield day;
}

const shifted = (day: string, days: number): string => intervalStart('day', Date.parse(day) + days * DAY_MS);

/** @returns the first day of the month after one such as `2026-11` */
function nextMonth(month: string): string {
  const date = new Date(startTime('month', month));
  date.setUTCMonth(date.getUTCMonth() + 1);
  return intervalStart('day', date.getTime());
}

/** Adds up measures by value and beginning. */
export class Groups {
  readonly #only: ReadonlySet<string> | undefined;
  readonly #values = new Map<string, Map<string, Measures>>();

  /** @param only the values that are added up. @default all */
  constructor(only?: ReadonlySet<string>) {
    this.#only = only;
  }

  add(value: string, start: string, measures: Measures): void {
    if (this.#only?.has(value) === false) return;
    const points = this.#values.get(value) ?? new Map<string, Measures>();
    points.set(start, sumOfMeasures([points.get(start) ?? {}, measures]));
    this.#values.set(value, points);
  }

  report(): UsageReport {
    const all = [...this.#values].map(([value, points]) => ({
      value,
      total: sumOfMeasures([...points.values()]),
      points: new Map([...points].sort(([one], [other]) => (one < other ? -1 : 1))),
    }));
    const used = all.filter(({ total }) => requestsOf(total) > 0);
    used.sort((one, other) => requestsOf(other.total) - requestsOf(one.total) || (one.value < other.value ? -1 : 1));
    return { series: used.slice(0, SERIES_MAX), omitted: Math.max(0, used.length - SERIES_MAX) };
  }
}

const requestsOf = (measures: Measures): number => Number(measures['requests'] ?? 0n);
