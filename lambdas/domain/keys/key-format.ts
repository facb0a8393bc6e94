/**
 * `tg_<keyId>_<secret>`: the id is a ULID, the secret 43 characters of base 62. The prefix lets a
 * secret scanner recognise a leaked key.
 */
export interface PresentedKey {
  readonly keyId: string;
  readonly secret: string;
}

export const SECRET_BYTES = 32;
/** The least that holds 256 bits: 62 ** 43 is just above 2 ** 256. */
const SECRET_CHARACTERS = 43;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Anchored and without a choice: it looks at no more characters than a key has, however long the input. */
const KEY_SHAPE = /^tg_[0-7][0-9A-HJKMNP-TV-Z]{25}_[0-9A-Za-z]{43}$/;
const KEY_ID_AT = 3;
const SECRET_AT = 30;

export const formatKey = ({ keyId, secret }: PresentedKey): string => `tg_${keyId}_${secret}`;

/** `undefined` for anything that is no key by its shape. */
export function parseKey(presented: string | undefined): PresentedKey | undefined {
  if (presented === undefined || !KEY_SHAPE.test(presented)) return undefined;
  return { keyId: presented.slice(KEY_ID_AT, SECRET_AT - 1), secret: presented.slice(SECRET_AT) };
}

/** Writes the bytes as one number in base 62: no byte is thrown away and no character is likelier by a modulo. */
export function encodeSecret(bytes: Uint8Array): string {
  let rest = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  let secret = '';
  while (secret.length < SECRET_CHARACTERS) {
    secret = ALPHABET.charAt(Number(rest % 62n)) + secret;
    rest /= 62n;
  }
  return secret;
}
