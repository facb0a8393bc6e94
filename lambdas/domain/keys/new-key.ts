import { ulid } from 'ulid';
import type { KeyRules } from '../../contracts/http/key-rules';
import { isoTime } from '../../contracts/storage/table-keys';
import { KEYS } from '../../contracts/storage/tables';
import { encodeSecret, SECRET_BYTES } from '../secret';
import { absent } from '../table/condition';
import type { Write } from '../table/table-store';
import { formatKey } from './key-format';
import type { KeyInfo, StoredKey } from './key-item';
import { encodeKey, encodeKeyListing, encodeRules, SALT_BYTES } from './key-item';
import type { Pepper } from './pepper';

/** A key that was just made: the only time that it is shown. */
export interface ShownKey {
  readonly keyId: string;
  readonly key: string;
}

/** What a new key is made of. */
export interface MadeOf {
  readonly accountId: string;
  readonly label: string | undefined;
  /** ISO 8601. */
  readonly validUntil: string | undefined;
  readonly createdBy: string | undefined;
  readonly rules: KeyRules | undefined;
  /** The IAM role that the key is for: its secret is thrown away. @default a key for whoever has the secret */
  readonly role?: string | undefined;
  readonly replaces?: string;
  readonly counterId?: string;
}

export interface MadeKey {
  readonly shown: ShownKey;
  readonly info: KeyInfo;
  readonly writes: readonly Write[];
}

export function makeKey(
  { accountId, label, validUntil, createdBy, rules, role, replaces, counterId }: MadeOf,
  tools: { readonly now: number; readonly pepper: Pepper; readonly randomBytes: (bytes: number) => Uint8Array },
): MadeKey {
  const { now, pepper, randomBytes } = tools;
  const keyId = ulid(now);
  const secret = encodeSecret(randomBytes(SECRET_BYTES));
  const salt = randomBytes(SALT_BYTES);
  const base = { keyId, role, createdAt: isoTime(now), validUntil };
  const lastFour = role === undefined ? secret.slice(-4) : undefined;
  const info: KeyInfo = { ...base, lastFour, version: 1, label, createdBy, replaces, rules };
  const verifier = pepper.verifierOf(salt, secret);
  const stored: StoredKey = { ...base, accountId, salt, verifier, counterId, rules: rules && encodeRules(rules) };
  const writes: Write[] = [
    { table: KEYS, put: encodeKey(stored), when: absent() },
    { table: KEYS, put: encodeKeyListing(accountId, info), when: absent() },
  ];
  return { shown: { keyId, key: formatKey({ keyId, secret }) }, info, writes };
}
