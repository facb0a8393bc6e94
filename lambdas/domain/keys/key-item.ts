import { z } from 'zod';
import { keyInfoSchema } from '../../contracts/http/api-keys';
import type { KeyRules } from '../../contracts/http/key-rules';
import { keyRulesSchema } from '../../contracts/http/key-rules';
import { keyIdSchema } from '../../contracts/storage/ids';
import { apiKeyKey, keyListingKey } from '../../contracts/storage/table-keys';
import { KEYS } from '../../contracts/storage/tables';
import { VersionMismatch } from '../errors/refusal';
import type { GuardedWrite } from '../table/commit';
import type { Change, Condition } from '../table/condition';
import { all, exists } from '../table/condition';
import type { Item } from '../table/value';
import { isVersion, versionSchema } from '../table/version';

export const SALT_BYTES = 16;
export const VERIFIER_BYTES = 32;

/** Stored as JSON: what is read is what was written. Throws on rules that this version does not know: nobody comes in. */
export const decodeRules = (text: string): KeyRules => keyRulesSchema.parse(JSON.parse(text));

const listingSchema = keyInfoSchema.extend({
  rules: z.string().transform(decodeRules).optional(),
  version: versionSchema,
});

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const inListOnly = { lastFour: true, label: true, createdBy: true, replaces: true, version: true } as const;

const keyItemSchema = keyInfoSchema.omit(inListOnly).extend({
  accountId: z.string(),
  salt: bytes,
  verifier: bytes,
  /** Whose counters are this key's too: those of the first key that it came in the place of. @default its own */
  counterId: keyIdSchema.optional(),
  /** Not decoded before the key is known to be right: no refusal takes longer than another. */
  rules: z.string().optional(),
});

export type KeyInfo = Readonly<z.infer<typeof keyInfoSchema>>;

/** A key as it is stored: nothing from which the secret can be had. */
export type StoredKey = Readonly<z.infer<typeof keyItemSchema>>;

export const encodeRules = (rules: KeyRules): string => JSON.stringify(rules);

export function encodeKey(stored: StoredKey): Item {
  const { keyId, accountId, salt, verifier, role, createdAt, validUntil, counterId, rules } = stored;
  return {
    ...apiKeyKey(keyId),
    keyId,
    accountId,
    salt,
    verifier,
    createdAt,
    ...(role !== undefined && { role }),
    ...(validUntil !== undefined && { validUntil }),
    ...(counterId !== undefined && { counterId }),
    ...(rules !== undefined && { rules }),
  };
}

/** What an account's list shows, kept beside the key so that listing reads no verifier. */
export function encodeKeyListing(accountId: string, info: KeyInfo): Item {
  const { keyId, lastFour, role, createdAt, label, validUntil, createdBy, replaces, rules, version } = info;
  return {
    ...keyListingKey(accountId, keyId),
    keyId,
    createdAt,
    version,
    ...(lastFour !== undefined && { lastFour }),
    ...(role !== undefined && { role }),
    ...(label !== undefined && { label }),
    ...(validUntil !== undefined && { validUntil }),
    ...(createdBy !== undefined && { createdBy }),
    ...(replaces !== undefined && { replaces }),
    ...(rules !== undefined && { rules: encodeRules(rules) }),
  };
}

export const decodeKey = (item: Item): StoredKey => keyItemSchema.parse(item);
export const decodeKeyListing = (item: Item): KeyInfo => listingSchema.parse(item);

/** Epoch milliseconds at which a key ends by itself. */
export const endOf = ({ validUntil }: Pick<KeyInfo, 'validUntil'>): number =>
  validUntil === undefined ? Infinity : Date.parse(validUntil);

export const isLive = (key: StoredKey, now: number): boolean => key.revokedAt === undefined && now < endOf(key);

/**
 * Changes both items of a key: the one that verifies it and the one that lists it.
 * @param change.otherwise what it means when the key is not as `when` says. It goes before a VersionMismatch
 * @param change.version the version that was read. @default any
 */
export function changeKey<Refusal>(
  { accountId, keyId }: { readonly accountId: string; readonly keyId: string },
  { set, remove, when, otherwise, version }: KeyChange<Refusal>,
): readonly GuardedWrite<Refusal | VersionMismatch>[] {
  const change = { ...(set && { set }), ...(remove && { remove }) };
  const listing = keyListingKey(accountId, keyId);
  const listingChange = { ...change, add: { version: 1n } };
  const isAsRead = all(exists(), ...isVersion(version));
  return [
    { write: { table: KEYS, update: apiKeyKey(keyId), change, when: all(exists(), when) }, otherwise },
    {
      write: { table: KEYS, update: listing, change: listingChange, when: isAsRead },
      otherwise: () => new VersionMismatch(),
    },
  ];
}

interface KeyChange<Refusal> extends Pick<Change, 'set' | 'remove'> {
  readonly when: Condition;
  readonly otherwise: NonNullable<GuardedWrite<Refusal>['otherwise']>;
  readonly version?: number | undefined;
}
