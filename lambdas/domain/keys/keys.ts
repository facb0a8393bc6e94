import { randomBytes } from 'node:crypto';
import { keyLabelSchema, ROTATION_GRACE_SECONDS_MAX } from '../../contracts/http/api-keys';
import { roleArnSchema } from '../../contracts/http/iam-role';
import type { KeyRules } from '../../contracts/http/key-rules';
import { isoTime, KEY_LISTING_PREFIX, keyListingKey } from '../../contracts/storage/table-keys';
import { EXPIRES_AT, KEYS } from '../../contracts/storage/tables';
import type { Actor } from '../access/actor';
import { DEPLOYMENT, personOf } from '../access/actor';
import type { Action } from '../audit/audit-log';
import { AuditLog } from '../audit/audit-log';
import type { Clock } from '../clock';
import { VersionMismatch } from '../errors/refusal';
import type { Change } from '../table/condition';
import { absent } from '../table/condition';
import { everyItem } from '../table/every-item';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import { failedCondition } from '../table/table-errors';
import type { TableStore } from '../table/table-store';
import { isVersion } from '../table/version';
import { ownedKey } from './find-key';
import type { KeyInfo } from './key-item';
import { changeKey, decodeKeyListing, encodeRules, endOf, isLive } from './key-item';
import type { KeyVerifierOptions } from './key-verifier';
import { KeyVerifier } from './key-verifier';
import { KeyHasNoSecret, KeyNotLive } from './keys-errors';
import type { MadeKey, MadeOf, ShownKey } from './new-key';
import { makeKey } from './new-key';
import { Pepper } from './pepper';
import { newKeyPreconditions, newKeyRefusal } from './preconditions';
import { mayBeReplaced, rotationRefusal } from './rotation';
import { changedRules, parseRules, recordedRules } from './rule-changes';
import type { KeyOwner } from './verified-keys';

export const ROTATION_GRACE_MS_MAX = ROTATION_GRACE_SECONDS_MAX * 1_000;

/** As the audit log does. */
interface Recorder {
  record(action: Action): Promise<unknown>;
}

export interface KeysOptions extends KeyVerifierOptions {
  /** @default the system's source of randomness */
  readonly randomBytes?: (bytes: number) => Uint8Array;
  /** @default one on the same store */
  readonly audit?: Recorder;
}

export interface KeyRequest {
  readonly accountId: string;
  readonly label?: string;
  /** Epoch milliseconds at which the key ends. @default never */
  readonly validUntil?: number;
  /** @default everything is allowed */
  readonly rules?: KeyRules | undefined;
  /** @default a command of the deployment */
  readonly actor?: Actor;
}

/** API keys, as they are administered. A key is shown once, by `create`; what is stored only verifies it. */
export class Keys {
  readonly #store: TableStore;
  readonly #pepper: Pepper;
  readonly #clock: Clock;
  readonly #randomBytes: (bytes: number) => Uint8Array;
  readonly #audit: Recorder;
  readonly #verifier: KeyVerifier;

  constructor(options: KeysOptions) {
    this.#store = options.store;
    this.#pepper = new Pepper(options.pepper);
    this.#clock = options.clock;
    this.#randomBytes = options.randomBytes ?? randomBytes;
    this.#audit = options.audit ?? new AuditLog(options);
    this.#verifier = new KeyVerifier(options);
  }

  /**
   * Throws AccountNotFound, AccountSuspended, AttestationRequired for a person who has not stated
   * their age, or TooManyKeys for one where many were made in a short time.
   */
  async create(request: KeyRequest): Promise<ShownKey> {
    return (await this.#create(request)).shown;
  }

  /**
   * Makes a key without a secret, for whoever AWS says has assumed the role. Throws as `create` does.
   * @param request.role its ARN
   */
  async createForRole(request: KeyRequest & { readonly role: string }): Promise<KeyInfo> {
    return (await this.#create({ ...request, role: roleArnSchema.parse(request.role) })).info;
  }

  async #create(request: KeyRequest & { readonly role?: string }): Promise<MadeKey> {
    const { accountId, validUntil, role, actor = DEPLOYMENT } = request;
    const label = keyLabelSchema.optional().parse(request.label);
    const rules = parseRules(request.rules);
    const now = this.#clock();
    const premises = newKeyPreconditions(accountId, actor, now);
    const made = this.#make({
      accountId,
      label,
      rules,
      role,
      createdBy: personOf(actor),
      validUntil: validUntil === undefined ? undefined : isoTime(validUntil),
    });
    const after = {
      ...(made.info.validUntil !== undefined && { validUntil: made.info.validUntil }),
      ...recordedRules(rules),
    };
    try {
      await this.#audit.record({
        // Whose role it is for is not recorded: its name may be a person's, and the list shows it.
        chain: accountId,
        actor,
        action: 'key.create',
        target: made.shown.keyId,
        ...(Object.keys(after).length > 0 && { after }),
        writes: [...made.writes, ...premises],
      });
    } catch (error) {
      throw newKeyRefusal(error, made.writes.length, now);
    }
    return made;
  }

  /**
   * Puts other rules in the place of all that a key has; none allow everything. Every process knows them within
   * VERIFIED_MS. What was counted stays counted. Throws KeyNotFound, KeyNotLive or VersionMismatch.
   */
  async changeRules(request: {
    readonly accountId: string;
    readonly keyId: string;
    readonly rules: KeyRules;
    readonly actor?: Actor;
    /** The version that was read. @default any */
    readonly version?: number | undefined;
  }): Promise<KeyInfo> {
    const { accountId, keyId, actor = DEPLOYMENT } = request;
    const rules = parseRules(request.rules);
    const stored = await ownedKey(this.#store, keyId, accountId);
    const listing = await this.get(accountId, keyId);
    if (!listing || !isLive(stored, this.#clock())) throw new KeyNotLive();
    const { rules: before, version } = listing;
    if (request.version !== undefined && request.version !== version) throw new VersionMismatch();
    const change: Change = rules ? { set: { rules: encodeRules(rules) } } : { remove: ['rules'] };
    try {
      await this.#audit.record({
        chain: accountId,
        actor,
        action: 'key.change',
        target: keyId,
        before: recordedRules(before),
        after: { ...recordedRules(rules), changed: changedRules(before, rules) },
        writes: changeKey(accountId, keyId, change, absent('revokedAt'), isVersion(version)),
      });
    } catch (error) {
      if (failedCondition(error, 0)) throw new KeyNotLive();
      throw failedCondition(error, 1) ? new VersionMismatch() : error;
    }
    this.#verifier.forget(keyId);
    const { rules: _before, ...rest } = listing;
    return { ...rest, ...(rules && { rules }), version: version + 1 };
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
    readonly rules: KeyRules | undefined;
    /** With whose counters it is counted. */
    readonly counterId: string;
  }): Pick<MadeKey, 'shown' | 'writes'> {
    const { accountId, createdBy, expiresAt, counterId } = request;
    const validUntil = isoTime(request.validUntil);
    const { shown, writes } = this.#make({
      accountId,
      label: undefined,
      validUntil,
      createdBy,
      counterId,
      rules: parseRules(request.rules),
    });
    const ending = writes.map((write) =>
      'put' in write ? { ...write, put: { ...write.put, [EXPIRES_AT]: expiresAt } } : write,
    );
    return { shown, writes: ending };
  }

  /**
   * Makes a key in the place of another, which ends after a grace period, or at its own time if that is before. What
   * the old one is allowed, its end included, the new one is too, and they are counted as one. Throws KeyNotFound,
   * KeyNotLive, KeySuspended, KeyHasNoSecret, VersionMismatch when it was changed meanwhile, and as `create` does.
   * @param request.graceMs from 0 to ROTATION_GRACE_MS_MAX
   * @param request.version the version that was read. @default any
   */
  async rotate(request: {
    readonly accountId: string;
    readonly keyId: string;
    readonly graceMs: number;
    readonly actor?: Actor;
    readonly version?: number | undefined;
  }): Promise<ShownKey> {
    const { accountId, keyId, graceMs, actor = DEPLOYMENT } = request;
    if (!(graceMs >= 0 && graceMs <= ROTATION_GRACE_MS_MAX)) throw new RangeError('not a grace period');
    const now = this.#clock();
    const old = await ownedKey(this.#store, keyId, accountId);
    const listing = await this.get(accountId, keyId);
    if (!isLive(old, now) || !listing) throw new KeyNotLive();
    if (old.role !== undefined) throw new KeyHasNoSecret();
    if (request.version !== undefined && request.version !== listing.version) throw new VersionMismatch();
    const { label, validUntil, rules } = listing;
    const premises = newKeyPreconditions(accountId, actor, now);
    const made = this.#make({
      accountId,
      label,
      validUntil,
      rules,
      createdBy: personOf(actor),
      replaces: keyId,
      counterId: old.counterId ?? keyId,
    });
    const replacedBy = made.shown.keyId;
    const end = isoTime(Math.min(now + graceMs, endOf(listing)));
    const change = { set: { replacedBy, validUntil: end } };
    const when = mayBeReplaced(listing);
    try {
      await this.#audit.record({
        chain: accountId,
        actor,
        action: 'key.rotate',
        target: keyId,
        after: { replacedBy, validUntil: end },
        writes: [...changeKey(accountId, keyId, change, when, isVersion(listing.version)), ...made.writes, ...premises],
      });
    } catch (error) {
      const failed = failedCondition(error, 0);
      if (failed) throw rotationRefusal(failed.item);
      throw failedCondition(error, 1) ? new VersionMismatch() : newKeyRefusal(error, made.writes.length + 2, now);
    }
    this.#verifier.forget(keyId);
    return made.shown;
  }

  /** As KeyVerifier does: whoever administers keys may look at one too. */
  verify(presented: string | undefined, address?: string): Promise<KeyOwner | undefined> {
    return this.#verifier.verify(presented, address);
  }

  /**
   * Ends a key at once and for good; without effect on one that was revoked before. Throws KeyNotFound or
   * VersionMismatch.
   * @param by.accountId the account that the key must belong to. @default any
   * @param by.version the version that was read. @default any
   */
  async revoke(
    keyId: string,
    by: { readonly accountId?: string; readonly actor?: Actor; readonly version?: number | undefined } = {},
  ): Promise<void> {
    const { accountId } = await ownedKey(this.#store, keyId, by.accountId);
    const { actor = DEPLOYMENT } = by;
    this.#verifier.forget(keyId);
    const change = { set: { revokedAt: isoTime(this.#clock()) } };
    try {
      await this.#audit.record({
        chain: accountId,
        actor,
        action: 'key.revoke',
        target: keyId,
        writes: changeKey(accountId, keyId, change, absent('revokedAt'), isVersion(by.version)),
      });
    } catch (error) {
      if (failedCondition(error, 0)?.item?.['revokedAt'] !== undefined) return;
      throw failedCondition(error, 1) ? new VersionMismatch() : error;
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

  #make(made: MadeOf): MadeKey {
    return makeKey(made, { now: this.#clock(), pepper: this.#pepper, randomBytes: this.#randomBytes });
  }
}

const listingOf = (accountId: string) => ({
  table: KEYS,
  partition: accountId,
  sort: { beginsWith: KEY_LISTING_PREFIX },
});
