import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { z } from 'zod';

/** 2,048 bits in base64url. */
const MODULUS_CHARACTERS_MIN = 342;
const KEYS_MAX = 100;

const signing = { kid: z.string().min(1).max(255), use: z.literal('sig').default('sig') };

/** Keys that sign as we take it. That they say how is optional; that they sign in another way is not looked at. */
const issuerKeySchema = z
  .discriminatedUnion('kty', [
    z.object({
      ...signing,
      kty: z.literal('RSA'),
      alg: z.literal('RS256').default('RS256'),
      n: z.string().min(MODULUS_CHARACTERS_MIN),
      e: z.string().min(1),
    }),
    z.object({
      ...signing,
      kty: z.literal('EC'),
      alg: z.literal('ES256').default('ES256'),
      crv: z.literal('P-256'),
      x: z.string().min(1),
      y: z.string().min(1),
    }),
  ])
  .refine(isKey);

/**
 * An issuer's key set (RFC 7517), and of it what we can use. It may be empty: an issuer that withdraws every key has
 * said so.
 */
export const issuerKeysSchema = z
  .object({ keys: z.array(z.unknown()).max(KEYS_MAX) })
  .transform(({ keys }) => ({ keys: keys.flatMap((key) => issuerKeySchema.safeParse(key).data ?? []) }));

/** Members of the right shape may still be no key: a point that is not on its curve. */
function isKey(key: JsonWebKey): boolean {
  try {
    createPublicKey({ key, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}
