import { z } from 'zod';

/** Cognito signs with RS256 only. */
const poolKeySchema = z.object({
  alg: z.literal('RS256'),
  e: z.string().min(1),
  kid: z.string().min(1),
  kty: z.literal('RSA'),
  n: z.string().min(1),
  use: z.literal('sig'),
});

export const poolKeysSchema = z.object({ keys: z.array(poolKeySchema).min(1) });
