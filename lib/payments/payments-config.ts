import { z } from 'zod';
import { paymentSettingsSchema } from '../../lambdas/contracts/deployment/payment-settings';

/** How people buy credit. The keys of Stripe are never configured: `tollgate payments keys` stores them. */
export const paymentsSchema = paymentSettingsSchema.extend({
  /** The payment processor. There is no other. */
  stripe: z.literal(true, 'must be true, or leave out payments'),
});
