import type { z } from 'zod';
import type { usageReportSchema, usageRequestSchema } from '../../../../contracts/http/usage';
import type { UsageRecord } from '../../../../contracts/storage/usage-record';
import { formatUsd } from '../../../../domain/money/pico';
import {
  type Amount,
  type Metric,
  METRICS,
  partOf,
  partsIn,
  type Subgroup,
} from '../../../../domain/usage/reports/metrics';
import type { Row } from '../../../../domain/usage/reports/render-rows';
import type { Series } from '../../../../domain/usage/reports/usage-report';
import type { Measures } from '../../../../domain/usage/rollups/measures';

type SeriesView = z.input<typeof usageReportSchema>['series'][number];

/** The series of a report: one for each value, or for each part of each value. */
export function seriesViews(
  series: readonly Series[],
  { metric, subgroup }: { readonly metric: Metric; readonly subgroup: Subgroup | undefined },
  previous?: ReadonlyMap<string, Measures>,
): SeriesView[] {
  return series.flatMap(({ value, total, points }) => {
    const view = (amountOf: (measures: Measures) => Amount): Omit<SeriesView, 'value'> => ({
      total: amountOf(total),
      ...(previous && { previous: amountOf(previous.get(value) ?? {}) }),
      points: [...points].map(([start, measures]) => ({ start, amount: amountOf(measures) })),
    });
    if (subgroup === undefined) return [{ value, ...view(METRICS[metric]) }];
    return partsIn(total, subgroup).map((part) => ({
      value,
      part,
      ...view((measures) => partOf(measures, subgroup, part)),
    }));
  });
}

export const REPORT_COLUMNS = ['start', 'value', 'part', 'amount'] as const;

export const reportRows = (series: readonly SeriesView[]): readonly Row[] =>
  series.flatMap(({ value, part, points }) =>
    points.map(({ start, amount }) => ({ start, value, ...(part !== undefined && { part }), amount })),
  );

export function requestView(record: UsageRecord): z.input<typeof usageRequestSchema> {
  const { accountId: _, costPico, overrunPico, leaseTurn: __, usage, ...rest } = record;
  return {
    ...rest,
    usage: Object.fromEntries(Object.entries(usage).map(([unit, count]) => [unit, count ?? 0])),
    cost: formatUsd(costPico),
    ...(overrunPico > 0n && { overrun: formatUsd(overrunPico) }),
  };
}

export const REQUEST_COLUMNS = [
  'requestId',
  'at',
  'keyId',
  'endpoint',
  'model',
  'provider',
  'streamed',
  'status',
  'httpStatus',
  'usage',
  'estimated',
  'cost',
  'overrun',
  'priceVersion',
  'labels',
  'payer',
  'endUser',
  'failedAttempts',
  'firstByteMs',
  'durationMs',
] as const;

/** A request as a row. Tokens, labels and attempts are JSON in one cell, because later releases may add units. */
export function requestRow(record: UsageRecord): Row {
  const { usage, labels, failedAttempts, ...rest } = requestView(record);
  return {
    ...rest,
    usage: JSON.stringify(usage),
    ...(labels && { labels: JSON.stringify(labels) }),
    ...(failedAttempts && { failedAttempts: JSON.stringify(failedAttempts) }),
  };
}
