import { statisticsQuerySchema, statisticsReportSchema } from '../../../../contracts/http/statistics';
import { ROW_TYPES } from '../../../../domain/usage/reports/render-rows';
import { publishedReport } from '../../../../domain/usage/statistics/published-report';
import { defineRoute } from '../define-route';
import { expectReport, expectShort, periodOf, reportFile } from './report-calls';
import { seriesViews } from './usage-views';

/** The published usage of all accounts together. */
export const STATISTICS_ROUTES = [
  defineRoute({
    id: 'getStatistics',
    method: 'get',
    path: '/v1/statistics',
    permission: 'deployment.statistics',
    summary: 'Anonymised usage of all accounts together, over time, as JSON or as a file',
    query: statisticsQuerySchema,
    answer: statisticsReportSchema,
    downloads: Object.values(ROW_TYPES),
    handle: async ({ store, clock }, { query }) => {
      const { format, metric, subgroup, ...rest } = query;
      const period = { ...rest, ...periodOf(query, clock()) };
      expectReport(period, metric, subgroup);
      const { series, omitted } = await publishedReport(store, period);
      const views = seriesViews(series, { metric, subgroup });
      expectShort(views);
      if (format !== 'json') return reportFile('statistics', period, views, format);
      return { ...period, metric, ...(subgroup && { subgroup }), series: views, omitted };
    },
  }),
];
