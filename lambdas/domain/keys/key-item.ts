import { z } from 'zod';
import { keyIdSchema, personIdSchema } from '../../contracts/ids';
import { apiKeyKey, keyListingKey } from '../../contracts/table-keys';
import type { Item } from '../table/value';

/** What may be shown of a key, its last four characters for one. Times are ISO 8601, UTC. */
const keyInfoSchema = z.object({
  keyId: z.string(),
  lastFour: z.string().length(4),
  createdAt: z.iso.datetime(),
  label: z.string().optional(),
  revokedAt: z.iso.datetime().optional(),
  /** The key ends at this time. */
  validUntil: z.iso.datetime().optional(),
  /** The person who created it; absent when a command did. */
  createdBy: personIdSchema.optional(),
  /** The key that this one came in the place of. */
  replaces: keyIdSchema.optional(),
  /** The key that came in the place of this one. */
  replacedBy: keyIdSchema.optional(),
});

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
