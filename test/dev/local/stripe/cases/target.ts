import type Stripe from 'stripe';

/** Where the shared tests run: the local Stripe, or Stripe's test mode. */
export interface Target {
  readonly name: string;
  readonly stripe: () => Stripe;
}
