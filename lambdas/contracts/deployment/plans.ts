import { z } from 'zod';

const PLANS_MAX = 50;

/** A plan that accounts can subscribe to. The price at Stripe is in US dollars and recurs. */
export const planSettingsSchema = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a name such as team'),
  stripePriceId: z.string().regex(/^price_\w{1,200}$/, 'must be the ID of a price'),
  /** Promotional credit for each period, in dollars. It expires with the period. */
  bonusUsd: z
    .string()
    .regex(/^(?=.*[1-9])(?:0|[1-9]\d{0,5})(?:\.\d{1,2})?$/, 'must be an amount such as 5 or 5.50')
    .optional(),
});

export type PlanSettings = Readonly<z.infer<typeof planSettingsSchema>>;

/** The plans of a deployment. Each has an ID and a price of its own. */
export const plansSchema = z
  .array(planSettingsSchema)
  .max(PLANS_MAX)
  .refine((plans) => new Set(plans.map(({ id }) => id)).size === plans.length, 'must have different IDs')
  .refine(
    (plans) => new Set(plans.map((plan) => plan.stripePriceId)).size === plans.length,
    'must have different prices',
  );
