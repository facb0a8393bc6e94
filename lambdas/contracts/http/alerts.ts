import { z } from 'zod';
import { versionSchema } from '../storage/version';
import { exactUsdSchema } from './payments';

const PERCENT_MAX = 100;
const REQUESTS_MAX = 1_000_000;
const FACTOR_MIN = 2;
const FACTOR_MAX = 1_000;

const usdSchema = z
  .string()
  .regex(/^\d{1,9}(?:\.\d{1,12})?$/, 'must be dollars, such as 5 or 0.25')
  .describe('Dollars.');

/** The rules by which an account’s people and webhooks are told about its use. A rule that is absent is off. */
export const newAlertRulesSchema = z
  .strictObject({
    errorRate: z
      .strictObject({
        percent: z.int().min(1).max(PERCENT_MAX).describe('The share of an hour’s requests that fail.'),
        requestsMin: z.int().min(1).max(REQUESTS_MAX).describe('An hour with fewer requests does not count.'),
      })
      .optional(),
    spendAnomaly: z
      .strictObject({
        factor: z
          .int()
          .min(FACTOR_MIN)
          .max(FACTOR_MAX)
          .describe('How many times the spend of an average active hour of the last week an hour costs.'),
        floor: usdSchema.describe('An hour that costs no more does not count.'),
      })
      .optional(),
  })
  .meta({ id: 'NewAlertRules' });

export const alertRulesSchema = z
  .object({
    errorRate: z.object({ percent: z.int(), requestsMin: z.int() }).optional(),
    spendAnomaly: z.object({ factor: z.int(), floor: exactUsdSchema }).optional(),
    version: versionSchema,
  })
  .meta({ id: 'AlertRules' });

export type NewAlertRules = Readonly<z.infer<typeof newAlertRulesSchema>>;
export type AlertRules = Readonly<z.infer<typeof alertRulesSchema>>;
