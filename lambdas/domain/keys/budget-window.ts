import type { BudgetRule } from '../../contracts/http/key-rules';
import { DAY_MS } from '../clock';
import { localDays } from '../local-day';

const DAYS_PER_WEEK = 7;
/** 1 January 1970 was a Thursday: its week began three days earlier. */
const EPOCH_WEEKDAY = 3;

/**
 * Names the current window by its first day in the budget's time zone. A name needs no start and end time, so days
 * with a clock change, or days that a country skipped, need no special treatment.
 */
export function windowAt({ window, timeZone = 'UTC' }: BudgetRule, now: number): string {
  if (window === 'total') return window;
  return `${window}#${timeZone}#${firstDay(window, localDays(timeZone)(now))}`;
}

/** The kind of a window and, unless it is the total, its first day, from the window's name. */
export function partsOf(window: string): { readonly kind: BudgetRule['window']; readonly from?: string } {
  const [kind = '', , from] = window.split('#');
  return { kind: kind as BudgetRule['window'], ...(from !== undefined && { from }) };
}

/** @param day a date, `2026-11-21` */
function firstDay(window: 'day' | 'week' | 'month', day: string): string {
  switch (window) {
    case 'day':
      return day;
    case 'month':
      return `${day.slice(0, 'yyyy-mm'.length)}-01`;
    case 'week': {
      const days = Date.parse(day) / DAY_MS;
      return isoDay((days - ((days + EPOCH_WEEKDAY) % DAYS_PER_WEEK)) * DAY_MS);
    }
  }
}

const isoDay = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 'yyyy-mm-dd'.length);

/** The first day of the window after a named one, such as `2026-12-01`; undefined for a total, which never ends. */
export function resetOf(window: string): string | undefined {
  const { kind, from } = partsOf(window);
  if (from === undefined) return undefined;
  const start = Date.parse(from);
  switch (kind) {
    case 'day':
      return isoDay(start + DAY_MS);
    case 'week':
      return isoDay(start + DAYS_PER_WEEK * DAY_MS);
    default: {
      const first = new Date(start);
      return isoDay(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 1));
    }
  }
}

/** The time zone in which the days of a window begin. */
export const zoneOf = (window: string): string => window.split('#')[1] ?? 'UTC';
