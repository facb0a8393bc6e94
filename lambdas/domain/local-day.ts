const NUMBERS = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;

const isoDay = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 'yyyy-mm-dd'.length);

/** @returns tells the date, such as `2026-11-21`, that a time zone has at a moment in epoch milliseconds */
export function localDays(timeZone: string): (now: number) => string {
  // Stryker disable next-line ConditionalExpression,StringLiteral: the formatter returns the same, but slower.
  if (timeZone === 'UTC') return isoDay;
  const format = new Intl.DateTimeFormat('en-US', { timeZone, calendar: 'gregory', ...NUMBERS });
  return (now) => {
    const { year, month, day } = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
    return `${year}-${month}-${day}`;
  };
}
