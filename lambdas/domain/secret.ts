import { hkdfSync } from 'node:crypto';

/** 256 bits. */
export const SECRET_BYTES = 32;
/** The smallest number of digits that can represent 256 bits: 62 ** 43 is just above 2 ** 256. */
const SECRET_CHARACTERS = 43;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Writes the bytes as one number in base 62, so that no byte is dropped and a modulo favours no character. */
export function encodeSecret(bytes: Uint8Array): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let secret = '';
  while (secret.length < SECRET_CHARACTERS) {
    secret = ALPHABET.charAt(Number(rest % 62n)) + secret;
    rest /= 62n;
  }
  return secret;
}

/** The purpose of the secret that hashes the Idempotency-Keys of paid requests. */
export const IDEMPOTENCY_KEYS = 'idempotency keys';

/** The purposes of the secrets that mails need. */
export const MAIL_SECRETS = {
  invitations: 'invitations',
  unsubscribe: 'unsubscribe links',
  suppressions: 'suppressed addresses',
} as const;

/** The purpose of the secret from which those of webhooks are derived. */
export const WEBHOOK_SECRETS = 'webhooks';

/** Derives a secret for one purpose. It reveals nothing about the secrets for other purposes. */
export function derivedSecret(pepper: string, purpose: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', pepper, '', `tollgate ${purpose}`, SECRET_BYTES));
}
