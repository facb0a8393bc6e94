import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { ulid } from 'ulid';
import { KEY_LABEL_CHARACTERS_MAX, ROTATION_GRACE_SECONDS_MAX } from '../../contracts/api-keys';
import { apiKeyKey, isoTime, KEY_LISTING_PREFIX, keyListingKey } from '../../contracts/table-keys';
import { EXPIRES_AT, KEYS } from '../../contracts/tables';
import type { Actor } from '../access/actor';
import { DEPLOYMENT, personOf } from '../access/actor';
import type { Action, AuditLog } from '../audit/audit-log';
import type { Clock } from '../clock';
import { KeyNotFound, KeyNotLive } from '../errors/refusal';
import { absent, all, compare, exists } from '../table/condition';
import { everyItem } from '../table/every-item';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import { failedCondition } from '../table/table-errors';
import type { TableStore, Write } from '../table/table-store';
import type { PresentedKey } from './key-format';
import { encodeSecret, formatKey, parseKey, SECRET_BYTES } from './key-format';
import type { KeyInfo, StoredKey } from './key-item';
import { decodeKey, decodeKeyListing, encodeKey, encodeKeyListing } from './key-item';
import type { KeyOwner } from './verified-keys';
import { keyPremises, premiseRefusal } from './premises';
import { VerifiedKeys } from './verified-keys';

const PEPPER_BYTES_MIN = 16;
const SALT_BYTES = 16;
const VERIFIER_BYTES = 32;
export const ROTATION_GRACE_MS_MAX = ROTATION_GRACE_SECONDS_MAX * 1_000;

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

export interface KeysOptions {
  readonly store: TableStore;
  /** A secret of the deployment, at least 16 bytes: the table alone does not suffice to test a guess. */
  readonly pepper: Uint8Array | string;
  readonly clock: Clock;
  /** @default the system's source of randomness */
  readonly randomBytes?: (bytes: number) => Uint8Array;
  /** Where keys are administered, each change goes with its event. @default none: what only verifies needs none */
  readonly audit?: AuditLog;
}

export interface KeyRequest {
  readonly accountId: string;
  readonly label?: string;
  /** Epoch milliseconds at which the key ends. @default never */
  readonly validUntil?: number;
  /** @default a command of the deployment */
  readonly actor?: Actor;
}

/** A key that was just made: the only time that it is shown. */
export interface ShownKey {
  readonly keyId: string;
  readonly key: string;
}

/** API keys. A key is shown once, by `create`; what is stored only verifies it. */
export class Keys {
  readonly #store: TableStore;
  readonly #pepper: Buffer;
  readonly #clock: Clock;
  readonly #randomBytes: (bytes: number) => Uint8Array;
  readonly #audit: AuditLog | undefined;
  readonly #verified = new VerifiedKeys();

  constructor(options: KeysOptions) {
    this.#store = options.store;
    this.#pepper = Buffer.from(options.pepper);
    this.#clock = options.clock;
    this.#randomBytes = options.randomBytes ?? randomBytes;
    this.#audit = options.audit;
    if (this.#pepper.length < PEPPER_BYTES_MIN) throw new RangeError(`the pepper needs ${PEPPER_BYTES_MIN} bytes`);
  }

  /**
   * With an audit log it throws AccountNotFound, AccountSuspended, or AttestationRequired for a person who has not
   * stated their age.
   */
  async create(request: KeyRequest): Promise<ShownKey> {
    const { accountId, label, validUntil, actor = DEPLOYMENT } = request;
    if (label !== undefined && label.length > KEY_LABEL_CHARACTERS_MAX) throw new RangeError('the label is too long');
    const premises = this.#audit ? keyPremises(accountId, actor) : [];
    const made = this.#make({
      ...{ accountId, label, createdBy: personOf(actor) },
      validUntil: validUntil === undefined ? undefined : isoTime(validUntil),
    });
    try {
      await this.#perform({
        ...{ chain: accountId, actor, action: 'key.create', target: made.shown.keyId },
        ...(made.info.validUntil !== undefined && { after: { validUntil: made.info.validUntil } }),
        writes: [...made.writes, ...premises],
      });
    } catch (error) {
      throw premiseRefusal(error, made.writes.length);
    }
    return made.shown;
  }

  /**
   * A key with the writes that make it, for a transaction of somebody else's, who also sees to its premises. It is no
   * administrative action, and its items end by time: such keys come by the thousand.
   * @param request.validUntil epoch milliseconds
   * @param request.expiresAt epoch seconds, not before the key's own end
   */
  prepare(request: {
    readonly accountId: string;
    readonly validUntil: number;
    readonly createdBy: string;
    readonly expiresAt: number;
  }): { readonly shown: ShownKey; readonly writes: readonly Write[] } {
    const { accountId, createdBy, expiresAt } = request;
    const validUntil = isoTime(request.validUntil);
    const { shown, writes } = this.#make({ accountId, label: undefined, validUntil, createdBy });
    const ending = writes.map((write) =>
      'put' in write ? { ...write, put: { ...write.put, [EXPIRES_AT]: expiresAt } } : write,
    );
    return { shown, writes: ending };
  }

  /**
   * Makes a key in the place of another, which ends after a grace period, or at its own time if that is before. What
   * the old one is allowed, its end included, the new one is too. Throws KeyNotFound, KeyNotLive, and as `create` does.
   * @param request.graceMs from 0 to ROTATION_GRACE_MS_MAX
   */
  async rotate(request: {
    readonly accountId: string;
    readonly keyId: string;
    readonly graceMs: number;
    readonly actor?: Actor;
  }): Promise<ShownKey> {
    const { accountId, keyId, graceMs, actor = DEPLOYMENT } = request;
    if (!(graceMs >= 0 && graceMs <= ROTATION_GRACE_MS_MAX)) throw new RangeError('not a grace period');
    const old = await this.#owned(accountId, keyId);
    const listing = await this.get(accountId, keyId);
    if (!this.#isLive(old) || !listing) throw new KeyNotLive();
    const { label, validUntil } = listing;
    const premises = this.#audit ? keyPremises(accountId, actor) : [];
    const made = this.#make({ accountId, label, validUntil, createdBy: personOf(actor), replaces: keyId });
    const replacedBy = made.shown.keyId;
    const graceUntil = isoTime(this.#clock() + graceMs);
    const end = validUntil !== undefined && validUntil < graceUntil ? validUntil : graceUntil;
    const change = { set: { replacedBy, validUntil: end } };
    const isUnchanged = validUntil === undefined ? absent('validUntil') : compare('validUntil', '=', validUntil);
    const when = all(exists(), absent('revokedAt'), absent('replacedBy'), isUnchanged);
    try {
      await this.#perform({
        ...{ chain: accountId, actor, action: 'key.rotate', target: keyId },
        after: { replacedBy, validUntil: end },
        writes: [
          { table: KEYS, update: apiKeyKey(keyId), change, when },
          { table: KEYS, update: keyListingKey(accountId, keyId), change, when },
          ...made.writes,
          ...premises,
        ],
      });
    } catch (error) {
      throw failedCondition(error, 0) ? new KeyNotLive() : premiseRefusal(error, made.writes.length + 2);
    }
    this.#verified.forget(keyId);
    return made.shown;
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

  /**
   * Ends a key at once and for good; without effect on one that was revoked before. Throws KeyNotFound.
   * @param by.accountId the account that the key must belong to. @default any
   */
  async revoke(keyId: string, by: { readonly accountId?: string; readonly actor?: Actor } = {}): Promise<void> {
    const { accountId } = await this.#owned(by.accountId, keyId);
    const { actor = DEPLOYMENT } = by;
    this.#verified.forget(keyId);
    const change = { set: { revokedAt: isoTime(this.#clock()) } };
    const when = all(exists(), absent('revokedAt'));
    try {
      await this.#perform({
        ...{ chain: accountId, actor, action: 'key.revoke', target: keyId },
        writes: [
          { table: KEYS, update: apiKeyKey(keyId), change, when },
          { table: KEYS, update: keyListingKey(accountId, keyId), change, when },
        ],
      });
    } catch (error) {
      if (failedCondition(error, 0)?.item?.['revokedAt'] === undefined) throw error;
    }
  }

  /** What may be shown of an account's key. */
  async get(accountId: string, keyId: string): Promise<KeyInfo | undefined> {
    const item = await this.#store.get({ table: KEYS, key: keyListingKey(accountId, keyId) });
    return item && decodeKeyListing(item);
  }

  /** Some of an account's keys, oldest first, revoked and ended ones included. */
  page(accountId: string, request: PageRequest): Promise<PageOf<KeyInfo>> {
    return readPage(this.#store, listingOf(accountId), request, decodeKeyListing);
  }

  /** An account's keys, oldest first, revoked and ended ones included. */
  async list(accountId: string): Promise<KeyInfo[]> {
    const keys: KeyInfo[] = [];
    for await (const item of everyItem(this.#store, listingOf(accountId))) keys.push(decodeKeyListing(item));
    return keys;
  }

  #make(request: MadeOf): { readonly shown: ShownKey; readonly info: KeyInfo; readonly writes: readonly Write[] } {
    const { accountId, label, validUntil, createdBy, replaces } = request;
    const now = this.#clock();
    const keyId = ulid(now);
    const secret = encodeSecret(this.#randomBytes(SECRET_BYTES));
    const salt = this.#randomBytes(SALT_BYTES);
    const info: KeyInfo = {
      ...{ keyId, lastFour: secret.slice(-4), createdAt: isoTime(now) },
      ...(label !== undefined && { label }),
      ...(validUntil !== undefined && { validUntil }),
      ...(createdBy !== undefined && { createdBy }),
      ...(replaces !== undefined && { replaces }),
    };
    const stored: StoredKey = { ...info, accountId, salt, verifier: this.#verifierOf(salt, secret) };
    const writes: Write[] = [
      { table: KEYS, put: encodeKey(stored), when: absent() },
      { table: KEYS, put: encodeKeyListing(accountId, info), when: absent() },
    ];
    return { shown: { keyId, key: formatKey({ keyId, secret }) }, info, writes };
  }

  async #perform(action: Action): Promise<void> {
    await (this.#audit ? this.#audit.record(action) : this.#store.transact(action.writes));
  }

  /** Throws KeyNotFound also for a key of another account: whether it exists is nobody else's business. */
  async #owned(accountId: string | undefined, keyId: string): Promise<StoredKey> {
    const item = await this.#store.get({ table: KEYS, key: apiKeyKey(keyId) });
    const stored = item && decodeKey(item);
    if (!stored || (accountId !== undefined && stored.accountId !== accountId)) throw new KeyNotFound();
    return stored;
  }

  #isLive({ revokedAt, validUntil }: StoredKey): boolean {
    return revokedAt === undefined && (validUntil === undefined || this.#clock() < Date.parse(validUntil));
  }

  #verifierOf(salt: Uint8Array, secret: string): Buffer {
    return createHmac('sha256', this.#pepper).update(salt).update(secret).digest();
  }
}

/** What a new key is made of. */
interface MadeOf {
  readonly accountId: string;
  readonly label: string | undefined;
  /** ISO 8601. */
  readonly validUntil: string | undefined;
  readonly createdBy: string | undefined;
  readonly replaces?: string;
}

const listingOf = (accountId: string) => ({
  ...{ table: KEYS, partition: accountId, sort: { beginsWith: KEY_LISTING_PREFIX } },
});
