import { z } from 'zod';

/** Dollars with at most two decimals, such as `25` or `25.50`, and less than a million. */
export const usdSchema = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,5})(?:\.\d{1,2})?$/, 'must be an amount below a million dollars, such as 25 or 25.50')
  .meta({ id: 'Usd' });

/** An amount that is moved. */
export const movedUsdSchema = usdSchema.refine((usd) => /[1-9]/.test(usd), 'must be more than 0');

/** Dollars with up to twelve decimals, as the ledger has them. */
export const exactUsdSchema = z
  .string()
  .regex(/^-?\d{1,26}\.\d{2,12}$/)
  .meta({ id: 'ExactUsd' });

/** A page to which a customer returns. */
export const returnUrlSchema = z
  .url({ protocol: /^https?$/, hostname: /^[\w.-]{1,253}$/ })
  .max(1_000)
  .describe('The page to which the customer returns.');

/** The money that an account can spend, and where that came from. */
export const walletSchema = z
  .object({
    /** The money that new requests can use. */
    available: exactUsdSchema,
    /** The money that running requests hold. */
    held: exactUsdSchema,
    /** The parts of available and held together. They are spent in this order. */
    promotional: exactUsdSchema,
    paid: exactUsdSchema,
    creditLine: exactUsdSchema,
    /** The part of the credit line that is used. */
    owed: exactUsdSchema,
    /** The account’s debt after a dispute. Its requests are refused until that is paid. */
    debt: exactUsdSchema,
  })
  .meta({ id: 'Wallet' });

export const newTopUpSchema = z
  .strictObject({
    amount: movedUsdSchema,
    /** Whether the payment method may be charged later without its owner, as automatic top-up does. */
    saveMethod: z.boolean().default(false),
    returnUrl: returnUrlSchema.optional(),
  })
  .meta({ id: 'NewTopUp' });

/** A purchase that was begun. The customer pays on the page. */
export const topUpSchema = z.object({ topUpId: z.string(), url: z.string() }).meta({ id: 'TopUp' });

export const newAutoTopUpSchema = z
  .strictObject({
    isOn: z.boolean(),
    /** Credit is bought when less than this is available or held. */
    threshold: usdSchema,
    /** How much is bought at a time; at least the threshold. */
    amount: usdSchema,
    /** The most that is bought in a calendar month (UTC). */
    monthMax: usdSchema,
  })
  .meta({ id: 'NewAutoTopUp' });

export const autoTopUpSchema = z
  .object({
    isOn: z.boolean(),
    threshold: exactUsdSchema,
    amount: exactUsdSchema,
    monthMax: exactUsdSchema,
    boughtThisMonth: exactUsdSchema,
    /** How many charges in a row were declined. */
    declines: z.int(),
    isCharging: z.boolean(),
  })
  .meta({ id: 'AutoTopUp' });

/** The balance below which the account's people are told; 0 to be told nothing. */
export const lowBalanceSchema = z.object({ threshold: exactUsdSchema }).meta({ id: 'LowBalance' });
export const newLowBalanceSchema = z.strictObject({ threshold: usdSchema }).meta({ id: 'NewLowBalance' });

export const newRefundSchema = z
  .strictObject({
    paymentId: z.string().regex(/^pi_\w{1,200}$/, 'must be the ID of a payment'),
    amount: movedUsdSchema,
  })
  .meta({ id: 'NewRefund' });
export const refundSchema = z.object({ refundId: z.string() }).meta({ id: 'Refund' });

export const newPortalSchema = z.strictObject({ returnUrl: returnUrlSchema.optional() }).meta({ id: 'NewPortal' });
export const portalSchema = z.object({ url: z.string() }).meta({ id: 'Portal' });

/** An invoice or a receipt of Stripe. */
export const invoiceSchema = z
  .object({
    invoiceId: z.string(),
    number: z.string().optional(),
    state: z.string(),
    total: exactUsdSchema,
    tax: exactUsdSchema,
    at: z.iso.datetime(),
    pageUrl: z.string().optional(),
    pdfUrl: z.string().optional(),
  })
  .meta({ id: 'Invoice' });

/** A code such as `goodwill`. It stays in the ledger forever, so it must not describe a person. */
export const reasonSchema = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a code such as goodwill');

export const newGrantSchema = z
  .strictObject({
    amount: movedUsdSchema,
    reason: reasonSchema,
    expiresAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'NewGrant' });
export const grantSchema = z.object({ grantId: z.string() }).meta({ id: 'Grant' });

export const newCreditLineSchema = z.strictObject({ amount: usdSchema }).meta({ id: 'NewCreditLine' });

/** A payment that could not be booked, and waits for an operator. */
export const paymentExceptionSchema = z
  .object({ paymentId: z.string(), code: z.string(), accountId: z.string().optional(), at: z.iso.datetime() })
  .meta({ id: 'PaymentException' });
