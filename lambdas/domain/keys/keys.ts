import { randomBytes } from 'node:crypto';
import { roleArnSchema } from '../../contracts/http/iam-role';
import type { KeyRules } from '../../contracts/http/key-rules';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import type { ActionRecorder } from '../audit/action';
import { AuditLog } from '../audit/audit-log';
import { NO_NOTIFY, type Notify } from '../notifications/outbox/outbox';
import type { PageOf, PageRequest } from '../table/page';
import { changeKeyRules, type RulesChange } from './change-key-rules';
import { createKey, type KeyRequest } from './create-key';
import type { KeyInfo } from './key-item';
import { everyListing, pageOfListings, readListing } from './key-listing';
import type { KeyVerifierOptions } from './key-verifier';
import { KeyVerifier } from './key-verifier';
import type { KeysDependencies } from './keys-dependencies';
import type { NewKey, ShownKey } from './new-key';
import { makeKey } from './new-key';
import { Pepper } from './pepper';
import { type Revocation, revokeKey } from './revoke-key';
import { rotateKey, type Rotation } from './rotate-key';
import { parseRules } from './rule-changes';
import type { KeyOwner } from './verified-keys';

export interface KeysOptions extends KeyVerifierOptions {
  /** @default the system's source of randomness */
  readonly randomBytes?: (bytes: number) => Uint8Array;
  /** @default an AuditLog on the same store */
  readonly audit?: ActionRecorder;
  /** Tells the account's administrators about new keys. @default nobody is told */
  readonly notify?: Notify | undefined;
}

/** The administration of API keys. A key is shown once, when it is created; only its verifier is stored. */
export class Keys {
  readonly #dependencies: KeysDependencies;
  readonly #verifier: KeyVerifier;

  constructor(options: KeysOptions) {
    const { store, clock, audit = new AuditLog(options), notify = NO_NOTIFY } = options;
    const verifier = new KeyVerifier(options);
    const pepper = new Pepper(options.pepper);
    const source = options.randomBytes ?? randomBytes;
    this.#verifier = verifier;
    this.#dependencies = {
      store,
      clock,
      audit,
      notify,
      make: (of) => makeKey(of, { now: clock(), pepper, randomBytes: source }),
      forget: (keyId) => {
        verifier.forget(keyId);
      },
    };
  }

  /**
   * @throws AccountNotFound
   * @throws AccountSuspended
   * @throws AttestationRequired when the actor is a person who has not attested to being 18
   * @throws PayerRequired when a command creates it without naming the member who pays
   * @throws PayerNotMember
   * @throws TooManyKeys when the account's members have created too many today
   */
  async create(request: KeyRequest): Promise<ShownKey> {
    return (await createKey(this.#dependencies, request)).shown;
  }

  /**
   * Creates a key without a secret, for callers that have assumed the role according to AWS.
   * @param request.role its ARN
   * @throws as `create` does
   */
  async createForRole(request: KeyRequest & { readonly role: string }): Promise<KeyInfo> {
    return (await createKey(this.#dependencies, { ...request, role: roleArnSchema.parse(request.role) })).info;
  }

  /**
   * Creates a key and returns the writes that store it, for a transaction of the caller. The caller also checks the
   * preconditions. It is not recorded in the audit log and its items expire, because such keys are created by the
   * thousand.
   * @param request.validUntil epoch milliseconds
   * @param request.expiresAt epoch seconds, not before the key's own end
   * @param request.counterId the key or trust whose counters also count this key
   */
  prepare(request: {
    readonly accountId: string;
    readonly validUntil: number;
    readonly createdBy: string;
    readonly payer?: string | undefined;
    readonly expiresAt: number;
    readonly rules: KeyRules | undefined;
    readonly counterId: string;
  }): Pick<NewKey, 'shown' | 'writes'> {
    const { shown, writes } = this.#dependencies.make({
      ...request,
      validUntil: isoTime(request.validUntil),
      rules: parseRules(request.rules),
    });
    return { shown, writes };
  }

  /**
   * Replaces all rules of a key; without any, everything is allowed. Every process applies them within VERIFIED_MS.
   * The counters keep their counts.
   * @throws KeyNotFound
   * @throws KeyNotLive
   * @throws LabelsBudgeted when the actor may not change labels that have a budget
   * @throws VersionMismatch
   */
  changeRules(change: RulesChange): Promise<KeyInfo> {
    return changeKeyRules(this.#dependencies, change);
  }

  /**
   * Replaces a key by a new one. The old key ends after a grace period, or at its own time if that is earlier. The new
   * key has the old one's rules and end, and shares its counters.
   * @throws KeyNotFound
   * @throws KeyNotLive
   * @throws KeySuspended
   * @throws KeyHasNoSecret
   * @throws VersionMismatch when the key has changed since it was read
   * @throws as `create` does
   */
  rotate(rotation: Rotation): Promise<ShownKey> {
    return rotateKey(this.#dependencies, rotation);
  }

  /**
   * Ends a key at once and for good. Revoking a revoked key has no effect.
   * @throws KeyNotFound
   * @throws VersionMismatch
   */
  revoke(keyId: string, by: Revocation = {}): Promise<void> {
    return revokeKey(this.#dependencies, keyId, by);
  }

  /** Verifies a key like KeyVerifier.verify. Changes made through this object take effect at once. */
  verify(presented: string | undefined, address?: string): Promise<KeyOwner | undefined> {
    return this.#verifier.verify(presented, address);
  }

  /** Returns the details of a key that its account may see. */
  get(accountId: string, keyId: string): Promise<KeyInfo | undefined> {
    return readListing(this.#dependencies.store, accountId, keyId);
  }

  /** A page of an account's keys, oldest first, revoked and ended ones included. */
  page(accountId: string, request: PageRequest): Promise<PageOf<KeyInfo>> {
    return pageOfListings(this.#dependencies.store, accountId, request);
  }

  /** All keys of an account, oldest first, revoked and ended ones included. */
  async list(accountId: string): Promise<KeyInfo[]> {
    const keys: KeyInfo[] = [];
    for await (const key of everyListing(this.#dependencies.store, accountId)) keys.push(key);
    return keys;
  }
}
