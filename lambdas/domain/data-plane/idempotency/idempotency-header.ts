import { InvalidRequest } from '../../errors/app-error';
import type { Headers } from '../../headers';

/** The limit of Stripe's API, which clients and their documentation have adopted. */
export const IDEMPOTENCY_KEY_CHARACTERS_MAX = 255;

const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * Reads the client's Idempotency-Key.
 * @returns undefined when the client sent none
 * @throws InvalidRequest
 */
export function idempotencyKeyOf(headers: Headers): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (key.length <= IDEMPOTENCY_KEY_CHARACTERS_MAX && VISIBLE_ASCII.test(key)) return key;
  throw new InvalidRequest(
    `Invalid Idempotency-Key: send 1 to ${IDEMPOTENCY_KEY_CHARACTERS_MAX} visible ASCII characters without spaces.`,
    undefined,
    'invalid_idempotency_key',
  );
}
