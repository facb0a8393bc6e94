import { createHmac, randomInt } from 'node:crypto';

/** Crockford's base 32, which has no letters that look like digits. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** 80 bits. */
const CHARACTERS = 16;
const GROUP = /.{4}/g;
const HASH_BYTES = 24;

/** A new code, such as `7K2M-0QXA-ZW9T-4BCD`. */
export function newCouponCode(): string {
  const code = Array.from({ length: CHARACTERS }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return (code.match(GROUP) ?? []).join('-');
}

/**
 * The keyed hash under which a coupon is found. People may type a code in small letters, without its hyphens, with spaces,
 * or with the letters that its digits look like.
 */
export function couponHash(secret: Uint8Array, typed: string): string {
  const code = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
  return createHmac('sha256', secret).update(code).digest().subarray(0, HASH_BYTES).toString('base64url');
}
