import { z } from 'zod';

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' });
    return z.NEVER;
  }
});

/** API keys by provider ID. An empty key would fail every request to its provider, so it is rejected here. */
export const providerKeysSecretSchema = json.pipe(z.record(z.string(), z.string().min(1)));

/** The origin secret. Two values are valid at a time, so that a rotation refuses no requests. */
export const originSecretSchema = json.pipe(
  z.object({ current: z.string().min(16), previous: z.string().min(16).optional() }),
);

export const pepperSecretSchema = z.string().min(16);

/** Words of examples, runs on a keyboard, and the key that Stripe's documentation shows. No random value contains one. */
const PLACEHOLDER =
  /secret|placeholder|change.?me|replace|your_|example|dummy|^whsec_test|0123456|1234567|abcdefg|4eC39HqLyjWDarjtT1zdp7dc/i;
/** Random values of these lengths have more. */
const CHARACTERS_MIN = 10;

/** A signing secret that was entered only to get on would accept what anybody signs with it. */
function isNoPlaceholder(value: string): boolean {
  const random = value.slice(value.lastIndexOf('_') + 1);
  return !PLACEHOLDER.test(value) && new Set(random).size >= CHARACTERS_MIN;
}
const MESSAGE = 'must not be a placeholder';

const stripeApiKey = z
  .string()
  .regex(/^(?:sk|rk)_(?:live|test)_\w{16,250}$/, 'must be a secret or restricted key of Stripe, such as sk_live_…')
  .refine(isNoPlaceholder, MESSAGE);

const stripeWebhookSecret = z
  .string()
  .regex(
    /^whsec_[\w+/=]{24,250}$/,
    'must be the signing secret of the webhook endpoint: whsec_ and at least 24 characters',
  )
  .refine(isNoPlaceholder, MESSAGE);

/** The keys as an operator enters them. The previous signing secret is valid too, so that a rotation loses no event. */
export const stripeKeysSchema = z.strictObject({
  apiKey: stripeApiKey,
  webhookSecret: stripeWebhookSecret,
  previousWebhookSecret: stripeWebhookSecret.optional(),
});

/** The keys of a deployment at Stripe. An empty or well-known signing secret would let anybody credit a wallet. */
export const stripeKeysSecretSchema = json.pipe(stripeKeysSchema);

export type StripeKeys = Readonly<z.infer<typeof stripeKeysSchema>>;
