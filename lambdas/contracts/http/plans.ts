import { z } from 'zod';
import { exactUsdSchema, returnUrlSchema } from './payments';

/** A plan that an account can subscribe to. */
export const planSchema = z
  .object({
    planId: z.string(),
    /** The price of a period, without tax that is added to it. As much is credited when it is paid. */
    price: exactUsdSchema,
    /** A period is so many of these units: `day`, `week`, `month` or `year`. */
    interval: z.string(),
    intervalCount: z.int(),
    /** Promotional credit of each period, which expires with it. */
    bonus: exactUsdSchema,
  })
  .meta({ id: 'Plan' });

export const plansAnswerSchema = z.object({ items: z.array(planSchema) }).meta({ id: 'Plans' });

export const newSubscriptionSchema = z
  .strictObject({ planId: z.string().max(40), returnUrl: returnUrlSchema.optional() })
  .meta({ id: 'NewSubscription' });

/** A subscription that was begun. The customer pays on the page. */
export const begunSubscriptionSchema = z.object({ url: z.string() }).meta({ id: 'BegunSubscription' });

/** An account's subscription. */
export const subscriptionSchema = z
  .object({
    /** `none`, or a state of Stripe, such as `active`, `past_due` or `canceled`. */
    state: z.string(),
    /** Absent if the deployment no longer offers the plan. */
    planId: z.string().optional(),
    periodEndsAt: z.iso.datetime().optional(),
    /** When the subscription ends, if it was canceled for later. */
    endsAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'Subscription' });
