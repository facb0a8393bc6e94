import type { BudgetRule } from '../../contracts/http/key-rules';
import { DAY_MS } from '../clock';

const DAYS_PER_WEEK = 7;
/** 1 January 1970 was a Thursday: its week began three days earlier. */
const EPOCH_WEEKDAY = 3;

/**
 * Names the current window by its first day in the budget's time zone. A name needs no start and end time, so days
 * with a clock change, or days that a country skipped, need no special treatment.
 */
export function windowAt({ window, timeZone = 'UTC' }: BudgetRule, now: number): string {
  if (window === 'total') return window;
  return `${window}#${timeZone}#${firstDay(window, localDay(timeZone, now))}`;
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

function localDay(timeZone: string, now: number): string {
  // Stryker disable next-line ConditionalExpression,StringLiteral: the formatter returns the same, but slower.
  if (timeZone === 'UTC') return isoDay(now);
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', ...NUMBERS }).formatToParts(now);
  const { year, month, day } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${year}-${month}-${day}`;
}

const NUMBERS = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;

const isoDay = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 'yyyy-mm-dd'.length);
