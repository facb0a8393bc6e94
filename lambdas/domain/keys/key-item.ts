import { z } from 'zod';
import { keyInfoSchema } from '../../contracts/http/api-keys';
import type { StoredRules } from '../../contracts/http/key-rules';
import { storedRulesSchema } from '../../contracts/http/key-rules';
import { keyIdSchema } from '../../contracts/storage/ids';
import { apiKeyKey, keyListingKey } from '../../contracts/storage/table-keys/keys';
import { KEYS } from '../../contracts/storage/tables';
import { VersionMismatch } from '../errors/refusal';
import type { GuardedWrite } from '../table/commit';
import type { Change, Condition } from '../table/condition';
import { all, exists } from '../table/condition';
import type { Item } from '../table/value';
import { isVersion, versionSchema } from '../table/version';

export const SALT_BYTES = 16;
export const VERIFIER_BYTES = 32;

/** Rules are stored as JSON, so that reading gives exactly what was written. */
export const decodeRules = (text: string): StoredRules => storedRulesSchema.parse(JSON.parse(text));

export const listingSchema = keyInfoSchema.extend({
  rules: z.string().transform(decodeRules).optional(),
  version: versionSchema,
});

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

const inListOnly = { lastFour: true, label: true, createdBy: true, replaces: true, version: true } as const;

export const keyItemSchema = keyInfoSchema.omit(inListOnly).extend({
  accountId: z.string(),
  salt: bytes,
  verifier: bytes,
  /** Identifies the counters: the first key of its rotations, or its trust. @default its own */
  counterId: keyIdSchema.optional(),
  /** Decoded only after the key was verified, so that all refusals take the same time. */
  rules: z.string().optional(),
});

export type KeyInfo = Readonly<z.infer<typeof keyInfoSchema>>;

/** A key as it is stored. The secret cannot be recovered from it. */
export type StoredKey = Readonly<z.infer<typeof keyItemSchema>>;

export const encodeRules = (rules: StoredRules): string => JSON.stringify(rules);

export function encodeKey(stored: StoredKey): Item {
  const { keyId, accountId, salt, verifier, role, createdAt, validUntil, counterId, payer, rules } = stored;
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
    ...(payer !== undefined && { payer }),
    ...(rules !== undefined && { rules }),
  };
}

/** The item that an account's list shows. It is stored beside the key, so that listing does not read verifiers. */
export function encodeKeyListing(accountId: string, info: KeyInfo): Item {
  const { keyId, lastFour, role, createdAt, label, validUntil, createdBy, payer, replaces, rules, version } = info;
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
    ...(payer !== undefined && { payer }),
    ...(replaces !== undefined && { replaces }),
    ...(rules !== undefined && { rules: encodeRules(rules) }),
  };
}

export const decodeKey = (item: Item): StoredKey => keyItemSchema.parse(item);
export const decodeKeyListing = (item: Item): KeyInfo => listingSchema.parse(item);

/** Epoch milliseconds at which a key expires; Infinity for a key that does not. */
export const endOf = ({ validUntil }: Pick<KeyInfo, 'validUntil'>): number =>
  validUntil === undefined ? Infinity : Date.parse(validUntil);

export const isLive = (key: StoredKey, now: number): boolean => key.revokedAt === undefined && now < endOf(key);

/**
 * Changes both items of a key: the one that verifies it and the one that lists it.
 * @param change.otherwise the refusal when `when` does not hold; it precedes a VersionMismatch
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
