/**
 * `tg_<keyId>_<secret>`: the id is a ULID, the secret 43 characters of base 62. The prefix lets a
 * secret scanner recognise a leaked key.
 */
export interface PresentedKey {
  readonly keyId: string;
  readonly secret: string;
}

/** Anchored and free of alternatives, so that it never reads more characters than a key has. */
const KEY_SHAPE = /^tg_[0-7][0-9A-HJKMNP-TV-Z]{25}_[0-9A-Za-z]{43}$/;
const KEY_ID_AT = 3;
const SECRET_AT = 30;

export const formatKey = ({ keyId, secret }: PresentedKey): string => `tg_${keyId}_${secret}`;

/** @returns undefined for text that does not have the shape of a key */
export function parseKey(presented: string | undefined): PresentedKey | undefined {
  if (!presented?.match(KEY_SHAPE)) return undefined;
  return { keyId: presented.slice(KEY_ID_AT, SECRET_AT - 1), secret: presented.slice(SECRET_AT) };
}
