import type { z } from 'zod';
import {
  faultOfPeriod,
  faultOfSubgroup,
  REPORT_POINTS_MAX,
  type usageReportSchema,
} from '../../../../contracts/http/usage';
import { isoTime } from '../../../../contracts/storage/table-keys/key-parts';
import { DAY_MS } from '../../../../domain/clock';
import { localDays } from '../../../../domain/local-day';
import { renderRows, ROW_TYPES, type RowFormat } from '../../../../domain/usage/reports/render-rows';
import { InvalidInput } from '../../control-plane-errors';
import { Download } from '../define-route';
import { REPORT_COLUMNS, reportRows } from './usage-views';

const DAYS_DEFAULT = 30;
/** A function's response may have six megabytes. */
export const FILE_CHARACTERS_MAX = 4_000_000;

/** The period of a report, with its last day today and 30 days long by default. */
export function periodOf(
  asked: { readonly from?: string | undefined; readonly to?: string | undefined },
  now: number,
  timeZone = 'UTC',
): { readonly from: string; readonly to: string } {
  const to = asked.to ?? localDays(timeZone)(now);
  const from = asked.from ?? isoTime(Date.parse(to) - (DAYS_DEFAULT - 1) * DAY_MS).slice(0, to.length);
  return { from, to };
}

/** @throws InvalidInput for a period or a subgroup that no report can have */
export function expectReport(
  period: Parameters<typeof faultOfPeriod>[0],
  ...[metric, subgroup]: Parameters<typeof faultOfSubgroup>
): void {
  const faults = [
    ['to', faultOfPeriod(period)],
    ['subgroup', faultOfSubgroup(metric, subgroup)],
  ] as const;
  const found = faults.flatMap(([pointer, detail]) => (detail === undefined ? [] : [{ pointer, detail }]));
  if (found.length > 0) throw new InvalidInput(found);
}

type ReportSeries = z.input<typeof usageReportSchema>['series'];

/** @throws InvalidInput for a report that is too long for a response */
export function expectShort(series: ReportSeries): void {
  if (series.reduce((sum, { points }) => sum + points.length, 0) > REPORT_POINTS_MAX) throw tooLong();
}

/** @throws InvalidInput for a report that is too long for a response */
export function reportFile(
  name: string,
  { from, to }: { readonly from: string; readonly to: string },
  series: ReportSeries,
  format: RowFormat,
): Download {
  const text = renderRows(REPORT_COLUMNS, reportRows(series), format);
  if (text.length > FILE_CHARACTERS_MAX) throw tooLong();
  return new Download({ type: ROW_TYPES[format], name: `${name}-${from}-${to}.${format}`, text });
}

const tooLong = (): InvalidInput =>
  new InvalidInput([
    { pointer: 'interval', detail: 'has too many points: ask for longer intervals, fewer days or no subgroup' },
  ]);
