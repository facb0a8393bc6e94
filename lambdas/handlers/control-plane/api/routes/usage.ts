import {
  requestExportSchema,
  requestFilterSchema,
  usageQuerySchema,
  usageReportSchema,
  usageRequestDetailSchema,
  usageRequestSchema,
} from '../../../../contracts/http/usage';
import { isoTime } from '../../../../contracts/storage/table-keys/key-parts';
import { renderRows, ROW_TYPES } from '../../../../domain/usage/reports/render-rows';
import { type RequestFilter, requestPage } from '../../../../domain/usage/reports/request-page';
import { previousPeriod, usageReport } from '../../../../domain/usage/reports/usage-report';
import { ReadRollUps } from '../../../../domain/usage/rollups/read-roll-ups';
import { definePage } from '../define-page';
import { defineRoute, Download } from '../define-route';
import { inAccount, ofRequest } from './path-parameters';
import { expectAccount } from './payment-calls';
import { expectReport, expectShort, FILE_CHARACTERS_MAX, periodOf, reportFile } from './report-calls';
import { requestDetail } from './request-detail';
import { REQUEST_COLUMNS, requestRow, requestView, seriesViews } from './usage-views';

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
      const period = { ...rest, ...periodOf(query, dependencies.clock(), query.timeZone) };
      expectReport(period, metric, subgroup);
      const rollUps = new ReadRollUps(dependencies);
      const { series, omitted } = await usageReport(rollUps, { ...period, accountId });
      const values = new Set(series.map(({ value }) => value));
      const before =
        compare && (await usageReport(rollUps, { ...period, ...previousPeriod(period), accountId, values }));
      const previous = before && new Map(before.series.map(({ value, total }) => [value, total]));
      const views = seriesViews(series, { metric, subgroup }, previous);
      expectShort(views);
      if (format !== 'json') return reportFile('usage', period, views, format);
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
