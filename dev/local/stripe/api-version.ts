import Stripe from 'stripe';

/** The version that the official package is pinned to, which is the only one that the fake speaks. */
export const API_VERSION: string = Stripe.API_VERSION;
