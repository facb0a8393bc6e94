import { z } from 'zod';
import { daySchema, formatSchema, REPORT_METRICS, usageReportSchema } from './usage';

/** Statistics divide requests by the class of their status only, so they have no metric of errors. */
export const STATISTICS_METRICS = REPORT_METRICS.filter((metric) => metric !== 'errors');
export const STATISTICS_GROUPS = ['all', 'model', 'provider', 'statusClass'] as const;

/** Selects a report about all accounts together. */
export const statisticsQuerySchema = z.strictObject({
  from: daySchema.optional().describe('The first day (UTC). By default, 30 days are reported.'),
  to: daySchema.optional().describe('The last day. By default, today; a day is published two days after it began.'),
  interval: z.enum(['day', 'month']).default('day'),
  metric: z.enum(STATISTICS_METRICS as [(typeof STATISTICS_METRICS)[number]]).default('requests'),
  group: z.enum(STATISTICS_GROUPS).default('all'),
  subgroup: z.literal('unit').optional().describe('Divides tokens by their unit.'),
  format: formatSchema,
});

export const statisticsReportSchema = usageReportSchema.omit({ timeZone: true }).meta({ id: 'StatisticsReport' });
