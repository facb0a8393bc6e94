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
