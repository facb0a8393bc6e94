import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { z } from 'zod';

/** The length of 2,048 bits in base64url. */
const MODULUS_CHARACTERS_MIN = 342;
const KEYS_MAX = 100;

const signingKeyFields = { kid: z.string().min(1).max(255), use: z.literal('sig').default('sig') };

/** A key for an algorithm that we support. `use` and `alg` are optional, as in RFC 7517, but must match if present. */
const issuerKeySchema = z
  .discriminatedUnion('kty', [
    z.object({
      ...signingKeyFields,
      kty: z.literal('RSA'),
      alg: z.literal('RS256').default('RS256'),
      n: z.string().min(MODULUS_CHARACTERS_MIN),
      e: z.string().min(1),
    }),
    z.object({
      ...signingKeyFields,
      kty: z.literal('EC'),
      alg: z.literal('ES256').default('ES256'),
      crv: z.literal('P-256'),
      x: z.string().min(1),
      y: z.string().min(1),
    }),
  ])
  .refine(isKey);

/**
 * An issuer's key set (RFC 7517), reduced to the keys that we support. The set may be empty, because an issuer can
 * withdraw all of its keys.
 */
export const issuerKeysSchema = z
  .object({ keys: z.array(z.unknown()).max(KEYS_MAX) })
  .transform(({ keys }) => ({ keys: keys.flatMap((key) => issuerKeySchema.safeParse(key).data ?? []) }));

/** Fields of the right shape can still be invalid, for example a point that is not on its curve. */
function isKey(key: JsonWebKey): boolean {
  try {
    createPublicKey({ key, format: 'jwk' });
    return true;
  } catch {
    return false;
  }
}
