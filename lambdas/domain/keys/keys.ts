import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ulid } from 'ulid';
import { apiKeyKey, isoTime, KEY_LISTING_PREFIX, keyListingKey } from '../../contracts/table-keys';
import { KEYS } from '../../contracts/tables';
import type { Clock } from '../clock';
import { absent, all, exists } from '../table/condition';
import { TransactionCancelled } from '../table/table-errors';
import type { TableStore } from '../table/table-store';
import { everyItem } from '../table/every-item';
import type { PresentedKey } from './key-format';
import { encodeSecret, formatKey, parseKey, SECRET_BYTES } from './key-format';
import type { KeyInfo, StoredKey } from './key-item';
import { decodeKey, decodeKeyListing, encodeKey, encodeKeyListing } from './key-item';
import type { KeyOwner } from './verified-keys';
import { VerifiedKeys } from './verified-keys';

const PEPPER_BYTES_MIN = 16;
const SALT_BYTES = 16;
const VERIFIER_BYTES = 32;
export const KEY_LABEL_CHARACTERS_MAX = 100;

/** Stands in for what is missing, so that every refusal takes the same steps. No key ever has this id. */
const NOBODY: PresentedKey = { keyId: '0'.repeat(26), secret: '0'.repeat(43) };
const NOBODYS_ITEM = encodeKey({
  keyId: NOBODY.keyId,
  accountId: '',
  salt: new Uint8Array(SALT_BYTES),
  verifier: new Uint8Array(VERIFIER_BYTES),
  lastFour: '0000',
  createdAt: isoTime(0),
});

export class KeyNotFound extends Error {
  override readonly name = 'KeyNotFound';
  constructor() {
    super('there is no such key');
  }
}

export interface KeysOptions {
  readonly store: TableStore;
  /** A secret of the deployment, at least 16 bytes: the table alone does not suffice to test a guess. */
  readonly pepper: Uint8Array | string;
  readonly clock: Clock;
  /** @default the system's source of randomness */
  readonly randomBytes?: (bytes: number) => Uint8Array;
}

/** API keys. A key is shown once, by `create`; what is stored only verifies it. */
export class Keys {
  readonly #store: TableStore;
  readonly #pepper: Buffer;
  readonly #clock: Clock;
  readonly #randomBytes: (bytes: number) => Uint8Array;
  readonly #verified = new VerifiedKeys();

  constructor(options: KeysOptions) {
    this.#store = options.store;
    this.#pepper = typeof options.pepper === 'string' ? Buffer.from(options.pepper) : Buffer.from(options.pepper);
    this.#clock = options.clock;
    this.#randomBytes = options.randomBytes ?? randomBytes;
    if (this.#pepper.length < PEPPER_BYTES_MIN) throw new RangeError(`the pepper needs ${PEPPER_BYTES_MIN} bytes`);
  }

  /**
   * @param request.validUntil epoch milliseconds at which the key ends. @default never
   * @returns the key itself, for the only time
   */
  async create(request: {
    readonly accountId: string;
    readonly label?: string;
    readonly validUntil?: number;
  }): Promise<{ readonly keyId: string; readonly key: string }> {
    const { accountId, label, validUntil } = request;
    if (label !== undefined && label.length > KEY_LABEL_CHARACTERS_MAX) throw new RangeError('the label is too long');
    const now = this.#clock();
    const keyId = ulid(now);
    const secret = encodeSecret(this.#randomBytes(SECRET_BYTES));
    const salt = this.#randomBytes(SALT_BYTES);
    const info: KeyInfo = {
      keyId,
      lastFour: secret.slice(-4),
      createdAt: isoTime(now),
      ...(label !== undefined && { label }),
      ...(validUntil !== undefined && { validUntil: isoTime(validUntil) }),
    };
    const stored: StoredKey = { ...info, accountId, salt, verifier: this.#verifierOf(salt, secret) };
    await this.#store.transact([
      { table: KEYS, put: encodeKey(stored), when: absent() },
      { table: KEYS, put: encodeKeyListing(accountId, info), when: absent() },
    ]);
    return { keyId, key: formatKey({ keyId, secret }) };
  }

  /**
   * Whom a key speaks for. One that was right is not looked up again for VERIFIED_MS, so a revocation by another
   * process takes that long.
   *
   * Resolves to nothing for a missing, malformed, unknown, wrong, revoked or ended key, and takes the same
   * steps for each: one read, one HMAC, one comparison. Which of them it was cannot be told from the time.
   */
  async verify(presented: string | undefined): Promise<KeyOwner | undefined> {
    const now = this.#clock();
    const parsed = parseKey(presented);
    const known = parsed && this.#verified.find(parsed, now);
    if (known) return known;
    const { keyId, secret } = parsed ?? NOBODY;
    const item = await this.#store.get({ table: KEYS, key: apiKeyKey(keyId) });
    const stored = decodeKey(item ?? NOBODYS_ITEM);
    const isRight = timingSafeEqual(this.#verifierOf(stored.salt, secret), stored.verifier);
    const isLive = this.#isLive(stored);
    if (!parsed || !item || !isRight || !isLive) return undefined;
    const owner = { accountId: stored.accountId, keyId };
    const { validUntil } = stored;
    this.#verified.add(parsed, owner, now, validUntil === undefined ? Infinity : Date.parse(validUntil));
    return owner;
  }

  /** Ends a key at once and for good; without effect on one that was revoked before. Throws KeyNotFound. */
  async revoke(keyId: string): Promise<void> {
    const item = await this.#store.get({ table: KEYS, key: apiKeyKey(keyId) });
    if (!item) throw new KeyNotFound();
    const { accountId } = decodeKey(item);
    this.#verified.forget(keyId);
    const change = { set: { revokedAt: isoTime(this.#clock()) } };
    const when = all(exists(), absent('revokedAt'));
    try {
      await this.#store.transact([
        { table: KEYS, update: apiKeyKey(keyId), change, when },
        { table: KEYS, update: keyListingKey(accountId, keyId), change, when },
      ]);
    } catch (error) {
      const [reason] = error instanceof TransactionCancelled ? error.reasons : [];
      const isRevoked = reason?.code === 'ConditionFailed' && reason.item?.['revokedAt'] !== undefined;
      if (!isRevoked) throw error;
    }
  }

  /** An account's keys, oldest first, revoked and ended ones included. */
  async list(accountId: string): Promise<KeyInfo[]> {
    const keys: KeyInfo[] = [];
    const query = { table: KEYS, partition: accountId, sort: { beginsWith: KEY_LISTING_PREFIX } };
    for await (const item of everyItem(this.#store, query)) keys.push(decodeKeyListing(item));
    return keys;
  }

  #isLive({ revokedAt, validUntil }: StoredKey): boolean {
    return revokedAt === undefined && (validUntil === undefined || this.#clock() < Date.parse(validUntil));
  }

  #verifierOf(salt: Uint8Array, secret: string): Buffer {
    return createHmac('sha256', this.#pepper).update(salt).update(secret).digest();
  }
}
