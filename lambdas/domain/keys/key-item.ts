import { z } from 'zod';
import { keyInfoSchema } from '../../contracts/api-keys';
import { apiKeyKey, keyListingKey } from '../../contracts/table-keys';
import type { Item } from '../table/value';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const keyItemSchema = keyInfoSchema.omit({ label: true, createdBy: true, replaces: true }).extend({
  accountId: z.string(),
  salt: bytes,
  verifier: bytes,
});

export type KeyInfo = Readonly<z.infer<typeof keyInfoSchema>>;

/** A key as it is stored: nothing from which the secret can be had. */
export type StoredKey = Readonly<z.infer<typeof keyItemSchema>>;

export function encodeKey({ keyId, accountId, salt, verifier, lastFour, createdAt, validUntil }: StoredKey): Item {
  const item = { ...apiKeyKey(keyId), keyId, accountId, salt, verifier, lastFour, createdAt };
  return validUntil === undefined ? item : { ...item, validUntil };
}

/** What an account's list shows, kept beside the key so that listing reads no verifier. */
export function encodeKeyListing(accountId: string, info: KeyInfo): Item {
  const { keyId, lastFour, createdAt, label, validUntil, createdBy, replaces } = info;
  return {
    ...keyListingKey(accountId, keyId),
    ...{ keyId, lastFour, createdAt },
    ...(label !== undefined && { label }),
    ...(validUntil !== undefined && { validUntil }),
    ...(createdBy !== undefined && { createdBy }),
    ...(replaces !== undefined && { replaces }),
  };
}

export const decodeKey = (item: Item): StoredKey => keyItemSchema.parse(item);
export const decodeKeyListing = (item: Item): KeyInfo => keyInfoSchema.parse(item);
