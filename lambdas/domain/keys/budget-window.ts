import type { BudgetRule } from '../../contracts/http/key-rules';
import { DAY_MS } from '../clock';

const DAYS_PER_WEEK = 7;
/** The first day of 1970 was a Thursday: its week began three days before. */
const EPOCH_WEEKDAY = 3;

/**
 * Names the window that is open now. It is named by its first day where the budget is counted, so no window has to
 * be found in time: a day with a change of clocks in it, or one that a country left out, is a day like any other.
 */
export function windowAt({ window, timeZone = 'UTC' }: BudgetRule, now: number): string {
  if (window === 'total') return window;
  return `${window}#${timeZone}#${firstDay(window, localDay(timeZone, now))}`;
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

function localDay(timeZone: string, now: number): string {
  if (timeZone === 'UTC') return isoDay(now);
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', ...NUMBERS }).formatToParts(now);
  const [year, month, day] = ['year', 'month', 'day'].map((type) => parts.find((part) => part.type === type)?.value);
  return `${year}-${month}-${day}`;
}

const NUMBERS = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;

const isoDay = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 'yyyy-mm-dd'.length);
