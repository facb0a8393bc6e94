import type { TableStore } from '../../table/table-store';
import { Groups, LABEL_CHARACTERS, type UsageReport } from '../reports/usage-report';
import { publishedDays } from './statistics';

export interface PublishedQuery {
  readonly group: 'all' | 'model' | 'provider' | 'statusClass';
  readonly interval: 'day' | 'month';
  /** The first and the last day in UTC, such as `2026-11-01`. */
  readonly from: string;
  readonly to: string;
}

/**
 * Adds published statistics up for a report. Each request is in one published group at most, so any sum of groups is a
 * sum over at least as many accounts. Requests that were left out, because too few accounts made them, are missing.
 */
export async function publishedReport(store: TableStore, query: PublishedQuery): Promise<UsageReport> {
  const { group, interval } = query;
  const groups = new Groups();
  for (const { day, cells } of await publishedDays(store, query)) {
    const start = day.slice(0, LABEL_CHARACTERS[interval]);
    for (const cell of cells) groups.add(group === 'all' ? 'all' : cell[group], start, cell.measures);
  }
  return groups.report();
}
