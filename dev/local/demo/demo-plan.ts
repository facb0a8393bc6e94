import type Stripe from 'stripe';
import type { PlanSettings } from '../../../lambdas/contracts/deployment/plans';

const LOOKUP_KEY = 'tollgate_demo';

/** The plan of a local run: $20 of credit a month, and $2 more that last for the month. */
export async function demoPlan(stripe: Stripe): Promise<PlanSettings> {
  const { data } = await stripe.prices.list({ lookup_keys: [LOOKUP_KEY], limit: 1 });
  const price =
    data[0] ??
    (await stripe.prices.create({
      currency: 'usd',
      unit_amount: 2_000,
      recurring: { interval: 'month' },
      lookup_key: LOOKUP_KEY,
      tax_behavior: 'exclusive',
      product_data: { name: 'Demo plan' },
    }));
  return { id: 'demo', stripePriceId: price.id, bonusUsd: '2' };
}
