import { ulid } from 'ulid';
import type { StoredRules } from '../../contracts/http/key-rules';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { EXPIRES_AT, KEYS } from '../../contracts/storage/tables';
import { encodeSecret, SECRET_BYTES } from '../secret';
import { absent } from '../table/condition';
import type { Put } from '../table/table-store';
import type { Item } from '../table/value';
import { formatKey } from './key-format';
import type { KeyInfo, StoredKey } from './key-item';
import { encodeKey, encodeKeyListing, encodeRules, SALT_BYTES } from './key-item';
import type { Pepper } from './pepper';

/** A newly created key, which is shown only this once. */
export interface ShownKey {
  readonly keyId: string;
  readonly key: string;
}

/** The properties of a new key. */
export interface NewKeyProps {
  readonly accountId: string;
  readonly label?: string | undefined;
  /** ISO 8601. */
  readonly validUntil: string | undefined;
  readonly createdBy: string | undefined;
  /** The member whom the key's requests count for. @default none: the account has no members */
  readonly payer?: string | undefined;
  readonly rules: StoredRules | undefined;
  /**
   * The IAM role that the key is for. Its secret is discarded. @default none: the key is for the holder of its secret
   */
  readonly role?: string | undefined;
  readonly replaces?: string;
  readonly counterId?: string;
  /** Epoch seconds at which the stored items expire, not before the key ends. @default never */
  readonly expiresAt?: number;
}

export interface NewKey {
  readonly shown: ShownKey;
  readonly info: KeyInfo;
  readonly writes: readonly Put[];
}

export function makeKey(
  { accountId, label, validUntil, createdBy, payer, rules, role, replaces, counterId, expiresAt }: NewKeyProps,
  tools: { readonly now: number; readonly pepper: Pepper; readonly randomBytes: (bytes: number) => Uint8Array },
): NewKey {
  const { now, pepper, randomBytes } = tools;
  const keyId = ulid(now);
  const secret = encodeSecret(randomBytes(SECRET_BYTES));
  const salt = randomBytes(SALT_BYTES);
  const base = { keyId, role, createdAt: isoTime(now), validUntil, payer };
  const lastFour = role === undefined ? secret.slice(-4) : undefined;
  const info: KeyInfo = { ...base, lastFour, version: 1, label, createdBy, replaces, rules };
  const verifier = pepper.verifierOf(salt, secret);
  const stored: StoredKey = { ...base, accountId, salt, verifier, counterId, rules: rules && encodeRules(rules) };
  const expiry: Item = expiresAt === undefined ? {} : { [EXPIRES_AT]: expiresAt };
  const writes = [
    { table: KEYS, put: { ...encodeKey(stored), ...expiry }, when: absent() },
    { table: KEYS, put: { ...encodeKeyListing(accountId, info), ...expiry }, when: absent() },
  ];
  return { shown: { keyId, key: formatKey({ keyId, secret }) }, info, writes };
}
