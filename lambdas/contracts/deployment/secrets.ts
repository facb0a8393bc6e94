import { z } from 'zod';

/** A secret's string that holds JSON. */
const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'not JSON' });
    return z.NEVER;
  }
});

/** Providers' API keys by provider id. An empty one is as good as none and fails. */
export const providerKeysSecretSchema = json.pipe(z.record(z.string(), z.string().min(1)));

/** The origin secret: two values are valid, so that it can rotate without a refused request. */
export const originSecretSchema = json.pipe(
  z.object({ current: z.string().min(16), previous: z.string().min(16).optional() }),
);

export const pepperSecretSchema = z.string().min(16);
