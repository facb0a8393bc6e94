import type { Price } from '../state/kinds';

const DAY_SECONDS = 86_400;

/** The same day of a later month, or that month's last day. */
export function addMonths(seconds: number, months: number): number {
  const date = new Date(seconds * 1000);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, lastDay));
  return Math.floor(date.getTime() / 1000);
}

function addPeriods(anchor: number, { recurring }: Price, periods: number): number {
  const count = (recurring?.interval_count ?? 1) * periods;
  switch (recurring?.interval) {
    case 'day':
      return anchor + count * DAY_SECONDS;
    case 'week':
      return anchor + count * 7 * DAY_SECONDS;
    case 'year':
      return addMonths(anchor, count * 12);
    default:
      return addMonths(anchor, count);
  }
}

/** The end of the period that begins at `start`: counted from the anchor, so that 31 January renews on 31 March. */
export function periodEnd(anchor: number, start: number, price: Price): number {
  for (let periods = 1; ; periods += 1) {
    const end = addPeriods(anchor, price, periods);
    if (end > start) return end;
  }
}
