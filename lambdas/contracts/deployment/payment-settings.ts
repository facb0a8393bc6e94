import { z } from 'zod';
import { DUE_DAYS_DEFAULT, TOP_UP_LIMITS_DEFAULT } from './payment-limits';
import { plansSchema } from './plans';

/** Stripe charges no less and no more than this in US dollars: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
const CHARGE_CENTS_MIN = 50;
const CHARGE_CENTS_MAX = 99_999_999;

const cents = z
  .int('must be a whole number of cents')
  .min(CHARGE_CENTS_MIN, `must be at least ${CHARGE_CENTS_MIN} cents, the least that Stripe charges`)
  .max(CHARGE_CENTS_MAX, `must be at most ${CHARGE_CENTS_MAX} cents, the most that Stripe charges`);

/** How much credit an account may buy; see TopUpLimits. */
export const topUpLimitsSchema = z
  .strictObject({
    leastCents: cents.default(Number(TOP_UP_LIMITS_DEFAULT.leastCents)),
    mostCents: cents.default(Number(TOP_UP_LIMITS_DEFAULT.mostCents)),
    dayCents: cents.default(Number(TOP_UP_LIMITS_DEFAULT.dayCents)),
    dayCount: z
      .int('must be a whole number')
      .min(1, 'must be at least 1')
      .max(10_000, 'must be at most 10000')
      .default(Number(TOP_UP_LIMITS_DEFAULT.dayCount)),
  })
  .refine(({ leastCents, mostCents }) => leastCents <= mostCents, {
    path: ['mostCents'],
    error: 'must be at least leastCents',
  })
  .refine(({ mostCents, dayCents }) => mostCents <= dayCents, {
    path: ['dayCents'],
    error: 'must be at least mostCents',
  });

/** The settings of payments that functions read. */
export const paymentSettingsSchema = z.strictObject({
  /** Whether Stripe adds tax to purchases. */
  automaticTax: z.boolean().default(false),
  limits: topUpLimitsSchema.prefault({}),
  /** The subscriptions that accounts can buy. */
  plans: plansSchema.default([]),
  /** How many days after a month's end its credit line is to be paid. */
  dueDays: z
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(90, 'must be at most 90')
    .default(DUE_DAYS_DEFAULT),
  /** Replaces Stripe's own API. Only a deployment to the emulator has it. */
  apiUrl: z
    .string()
    .regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/, 'must be an address of this machine, such as http://127.0.0.1:12111')
    .optional(),
});

export type PaymentSettings = Readonly<z.infer<typeof paymentSettingsSchema>>;

/** The value of an environment variable that names no settings or no secret, because a variable cannot be empty. */
export const NO_PAYMENTS = 'none';

export const writePaymentSettings = (settings: PaymentSettings | undefined): string =>
  settings === undefined ? NO_PAYMENTS : JSON.stringify(settings);

/** @returns undefined if the deployment takes no payments */
export const readPaymentSettings = (value: string): PaymentSettings | undefined =>
  value === NO_PAYMENTS ? undefined : paymentSettingsSchema.parse(JSON.parse(value));
