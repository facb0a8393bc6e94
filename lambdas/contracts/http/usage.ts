import { z } from 'zod';
import { DIMENSIONS } from '../storage/table-keys/roll-ups';
import { endUserSchema, keyIdSchema, personIdSchema, requestIdSchema } from '../storage/ids';
import { exactUsdSchema } from './payments';
import { isTimeZone } from './time-zone';

const DAYS_MAX = 400;
const HOURLY_DAYS_MAX = 31;
const DAY_MS = 86_400_000;

/** The metrics of a report; `lambdas/domain/usage/reports/metrics.ts` computes each. */
export const REPORT_METRICS = [
  'requests',
  'cost',
  'errors',
  'tokens',
  'inputTokens',
  'outputTokens',
  'durationP50',
  'durationP95',
  'durationP99',
  'firstByteP50',
  'firstByteP95',
  'firstByteP99',
] as const;
export const REPORT_GROUPS = DIMENSIONS.filter((dimension) => dimension !== 'served');
export const REPORT_SUBGROUPS = ['unit', 'status', 'httpStatus'] as const;
const METRIC_OF_SUBGROUP = { unit: 'tokens', status: 'requests', httpStatus: 'errors' } as const;

const FIRST_DAY = '2000-01-01';
const LAST_DAY = '2999-12-31';
/** A day such as `2026-11-20`. */
export const daySchema = z.iso
  .date('must be a day such as 2026-11-20')
  .refine((date) => date >= FIRST_DAY && date <= LAST_DAY, `must be from ${FIRST_DAY} to ${LAST_DAY}`);
export const formatSchema = z
  .enum(['json', 'csv', 'jsonl'])
  .default('json')
  .describe('`csv` and `jsonl` are sent as a file.');

/** Selects a report. */
export const usageQuerySchema = z.strictObject({
  from: daySchema.optional().describe('The first day. By default, 30 days are reported.'),
  to: daySchema.optional().describe('The last day. By default, today.'),
  interval: z.enum(['hour', 'day', 'month']).default('day'),
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'must be a time zone such as Europe/Berlin')
    .default('UTC')
    .describe('The IANA time zone in which days and months begin.'),
  metric: z.enum(REPORT_METRICS).default('requests'),
  group: z.enum(REPORT_GROUPS as [(typeof REPORT_GROUPS)[number]]).default('account'),
  subgroup: z
    .enum(REPORT_SUBGROUPS)
    .optional()
    .describe('Divides tokens by `unit`, requests by `status`, or errors by `httpStatus`.'),
  compare: z.literal('previous').optional().describe('Also reports the totals of the period before.'),
  format: formatSchema,
});

/** @returns what is wrong with a period, or undefined */
export function faultOfPeriod(period: {
  readonly from: string;
  readonly to: string;
  readonly interval: 'hour' | 'day' | 'month';
}): string | undefined {
  const days = (Date.parse(period.to) - Date.parse(period.from)) / DAY_MS + 1;
  if (days < 1) return 'must not be before `from`';
  const most = period.interval === 'hour' ? HOURLY_DAYS_MAX : DAYS_MAX;
  return days > most ? `must be at most ${most} days from \`from\`` : undefined;
}

/** @returns what is wrong with a subgroup, or undefined */
export function faultOfSubgroup(
  metric: (typeof REPORT_METRICS)[number],
  subgroup: (typeof REPORT_SUBGROUPS)[number] | undefined,
): string | undefined {
  if (subgroup === undefined || METRIC_OF_SUBGROUP[subgroup] === metric) return undefined;
  return `divides the metric ${METRIC_OF_SUBGROUP[subgroup]} only`;
}

/** The most points of a report, so that it fits into a response of a function: six megabytes. */
export const REPORT_POINTS_MAX = 40_000;

const amount = z.union([exactUsdSchema, z.number(), z.null()]);

export const usageReportSchema = z
  .object({
    from: daySchema,
    to: daySchema,
    interval: z.string(),
    timeZone: z.string(),
    metric: z.string(),
    group: z.string(),
    subgroup: z.string().optional(),
    /** The series with the most requests first. */
    series: z.array(
      z.object({
        /** Such as the ID of a key. The only value of the group `account` is `all`. */
        value: z.string(),
        /** The part of the subgroup, such as a unit of tokens. */
        part: z.string().optional(),
        total: amount,
        /** The total of the period before. */
        previous: amount.optional(),
        /** Intervals without requests are left out. */
        points: z.array(z.object({ start: z.string(), amount })),
      }),
    ),
    /** How many values with fewer requests are left out. */
    omitted: z.number(),
  })
  .meta({ id: 'UsageReport' });

/** Selects requests by their metadata and by when they began. */
export const requestFilterSchema = z.strictObject({
  key: keyIdSchema.optional().describe('Only requests of this key.'),
  model: z.string().max(200).optional().describe('Only requests to this model of the catalog.'),
  provider: z.string().max(64).optional(),
  status: z.string().max(32).optional().describe('Such as `completed` or `provider_error`.'),
  label: z.string().max(100).optional().describe('A label of the key, such as `team=search`.'),
  payer: personIdSchema.optional().describe('Only requests that count for this member.'),
  endUser: endUserSchema.optional().describe('Only requests of this end user, as a report names them.'),
  from: z.iso.datetime().optional().describe('Only requests from this time on.'),
  to: z.iso.datetime().optional().describe('Only requests before this time.'),
});

/** A file has at most this many requests. */
export const EXPORT_ROWS_MAX = 5_000;

export const requestExportSchema = requestFilterSchema.extend({
  format: z.enum(['csv', 'jsonl']).default('csv'),
  limit: z.coerce.number().pipe(z.int().min(1).max(EXPORT_ROWS_MAX)).default(EXPORT_ROWS_MAX),
  after: z.string().max(1_024).optional().describe('The position in the `Link` header of the previous file.'),
});

/** One request: metadata, and never content. */
export const usageRequestSchema = z
  .object({
    requestId: requestIdSchema,
    keyId: z.string(),
    at: z.iso.datetime(),
    endpoint: z.string(),
    model: z.string(),
    provider: z.string(),
    streamed: z.boolean(),
    status: z.string(),
    httpStatus: z.number(),
    /** Tokens by unit. */
    usage: z.record(z.string(), z.number()),
    estimated: z.boolean(),
    cost: exactUsdSchema,
    /** The part of the cost that the operator paid, because the account did not have it. */
    overrun: exactUsdSchema.optional(),
    priceVersion: z.string(),
    labels: z.record(z.string(), z.string()).optional(),
    /** The member whom the request counts for. */
    payer: z.string().optional(),
    /** The keyed hash of the client's end user or session. */
    endUser: z.string().optional(),
    /** The attempts at other providers that failed before, free of charge. */
    failedAttempts: z
      .array(z.object({ provider: z.string(), failure: z.string().optional(), httpStatus: z.number().optional() }))
      .optional(),
    firstByteMs: z.number().optional(),
    durationMs: z.number(),
  })
  .meta({ id: 'UsageRequest' });

/** A request with its money and its receipt. */
export const usageRequestDetailSchema = usageRequestSchema
  .extend({
    /** The entries of the request, oldest first. A request that a lease paid for has none of its own. */
    entries: z.array(
      z.object({
        entryId: z.string(),
        kind: z.string(),
        at: z.iso.datetime(),
        /** The amount that was held at its end. */
        held: exactUsdSchema,
        charged: exactUsdSchema,
        priceVersion: z.string().optional(),
      }),
    ),
    /** The lease that paid, and the turn within it. */
    leaseTurn: z.string().optional(),
    /** The signed receipt with its proof. Absent until it is sealed. */
    receipt: z.looseObject({}).optional(),
  })
  .meta({ id: 'UsageRequestDetail' });
