import {
  faultOfPeriod,
  faultOfSubgroup,
  REPORT_POINTS_MAX,
  requestExportSchema,
  requestFilterSchema,
  usageQuerySchema,
  usageReportSchema,
  usageRequestDetailSchema,
  usageRequestSchema,
} from '../../../../contracts/http/usage';
import { isoTime } from '../../../../contracts/storage/table-keys/key-parts';
import { DAY_MS } from '../../../../domain/clock';
import { localDays } from '../../../../domain/local-day';
import { renderRows, ROW_TYPES } from '../../../../domain/usage/reports/render-rows';
import { type RequestFilter, requestPage } from '../../../../domain/usage/reports/request-page';
import { previousPeriod, usageReport } from '../../../../domain/usage/reports/usage-report';
import { ReadRollUps } from '../../../../domain/usage/rollups/read-roll-ups';
import { InvalidInput } from '../../control-plane-errors';
import { definePage } from '../define-page';
import { defineRoute, Download } from '../define-route';
import { inAccount, ofRequest } from './path-parameters';
import { expectAccount } from './payment-calls';
import { requestDetail } from './request-detail';
import { REPORT_COLUMNS, reportRows, REQUEST_COLUMNS, requestRow, requestView, seriesViews } from './usage-views';

const DAYS_DEFAULT = 30;
/** A function's response may have six megabytes. */
const FILE_CHARACTERS_MAX = 4_000_000;

/** The usage of an account: sums over time, single requests, and both as files. */
export const USAGE_ROUTES = [
  defineRoute({
    id: 'getUsage',
    method: 'get',
    path: '/v1/accounts/{accountId}/usage',
    permission: 'usage.read',
    summary: 'Usage over time by key, member, model, provider or label, as JSON or as a file',
    params: inAccount,
    query: usageQuerySchema,
    answer: usageReportSchema,
    downloads: Object.values(ROW_TYPES),
    handle: async (dependencies, { params: { accountId }, query }) => {
      await expectAccount(dependencies, accountId);
      const { format, compare, metric, subgroup, ...rest } = query;
      const to = query.to ?? localDays(query.timeZone)(dependencies.clock());
      const from = query.from ?? isoTime(Date.parse(to) - (DAYS_DEFAULT - 1) * DAY_MS).slice(0, to.length);
      const period = { ...rest, from, to };
      const faults = [
        ['to', faultOfPeriod(period)],
        ['subgroup', faultOfSubgroup(metric, subgroup)],
      ] as const;
      const found = faults.flatMap(([pointer, detail]) => (detail === undefined ? [] : [{ pointer, detail }]));
      if (found.length > 0) throw new InvalidInput(found);
      const rollUps = new ReadRollUps(dependencies);
      const { series, omitted } = await usageReport(rollUps, { ...period, accountId });
      const values = new Set(series.map(({ value }) => value));
      const before =
        compare && (await usageReport(rollUps, { ...period, ...previousPeriod(period), accountId, values }));
      const previous = before && new Map(before.series.map(({ value, total }) => [value, total]));
      const views = seriesViews(series, { metric, subgroup }, previous);
      if (views.reduce((sum, { points }) => sum + points.length, 0) > REPORT_POINTS_MAX) throw tooLong();
      if (format !== 'json') {
        const text = renderRows(REPORT_COLUMNS, reportRows(views), format);
        if (text.length > FILE_CHARACTERS_MAX) throw tooLong();
        return new Download({ type: ROW_TYPES[format], name: `usage-${from}-${to}.${format}`, text });
      }
      return { ...period, metric, ...(subgroup && { subgroup }), series: views, omitted };
    },
  }),
  definePage({
    id: 'listUsageRequests',
    path: '/v1/accounts/{accountId}/usage/requests',
    permission: 'usage.read',
    summary: 'The requests of an account, newest first; a page may be short although more follow',
    params: inAccount,
    filter: requestFilterSchema,
    item: usageRequestSchema,
    read: async (dependencies, { params, filter }, page) => {
      await expectAccount(dependencies, params.accountId);
      const { items, next } = await requestPage(dependencies.store, params.accountId, filterOf(filter), page);
      return { items: items.map(requestView), ...(next && { next }) };
    },
  }),
  defineRoute({
    id: 'exportUsageRequests',
    method: 'get',
    path: '/v1/accounts/{accountId}/usage/requests/export',
    permission: 'usage.read',
    summary: 'The requests of an account as a file, newest first; a Link header leads to the next file',
    params: inAccount,
    query: requestExportSchema,
    answer: usageRequestSchema,
    downloads: Object.values(ROW_TYPES),
    handle: async (dependencies, { params: { accountId }, personId, query }) => {
      await expectAccount(dependencies, accountId);
      const { format, limit, after: cursor, ...filter } = query;
      const list = JSON.stringify(['exportUsageRequests', accountId, personId, format, filter]);
      const after = cursor === undefined ? undefined : dependencies.cursors.open(list, cursor);
      const page = await requestPage(dependencies.store, accountId, filterOf(filter), { limit, after });
      const rows = page.items.map(requestRow);
      const fitting = fittingRows(rows);
      const last = page.items[fitting - 1];
      const next = fitting < rows.length && last ? { pk: accountId, sk: last.requestId } : page.next;
      const text = renderRows(REQUEST_COLUMNS, rows.slice(0, fitting), format);
      const position = next && dependencies.cursors.seal(list, next);
      return new Download({ type: ROW_TYPES[format], name: `requests.${format}`, text, next: position });
    },
  }),
  defineRoute({
    id: 'getUsageRequest',
    method: 'get',
    path: '/v1/accounts/{accountId}/usage/requests/{requestId}',
    permission: 'usage.read',
    summary: 'One request with its entries in the ledger and its receipt',
    params: ofRequest,
    answer: usageRequestDetailSchema,
    handle: async (dependencies, { params }) => {
      await expectAccount(dependencies, params.accountId);
      return requestDetail(dependencies, params);
    },
  }),
];

const tooLong = (): InvalidInput =>
  new InvalidInput([
    { pointer: 'interval', detail: 'has too many points: ask for longer intervals, fewer days or no subgroup' },
  ]);

function filterOf(filter: Omit<RequestFilter, 'keyId'> & { readonly key?: string | undefined }): RequestFilter {
  const { key: keyId, from, to, ...rest } = filter;
  return { ...rest, keyId, from: milliseconds(from), to: milliseconds(to) };
}

/** The time as records have it, so that both compare as text. */
const milliseconds = (time: string | undefined): string | undefined =>
  time === undefined ? undefined : isoTime(Date.parse(time));

/** How many of the rows fit into one response. */
function fittingRows(rows: readonly object[]): number {
  let characters = 0;
  const tooFar = rows.findIndex((row) => (characters += JSON.stringify(row).length) > FILE_CHARACTERS_MAX);
  return tooFar === -1 ? rows.length : tooFar;
}
