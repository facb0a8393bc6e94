import type { KeySuspensionReason } from '../../contracts/storage/key-suspension';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { resumptionKey } from '../../contracts/storage/table-keys/keys';
import { EXPIRES_AT, KEYS } from '../../contracts/storage/tables';
import type { Actor } from '../access/actor';
import { ALREADY_DONE } from '../audit/action';
import type { AuditLog } from '../audit/audit-log';
import type { Clock } from '../clock';
import { DAY_MS } from '../clock';
import { absent, all, exists } from '../table/condition';
import type { Put, TableStore } from '../table/table-store';
import { findKey, findOwnedKey } from './find-key';
import type { StoredKey } from './key-item';
import { changeKey, isLive } from './key-item';
import { KeyNotLive } from './keys-errors';

/** A person who resumes a key has looked at its use, so for this long its spend does not suspend it again. */
export const TRUSTED_MS = DAY_MS;

/** One key, and the actor who changes it. */
interface KeyAction {
  readonly accountId: string;
  readonly keyId: string;
  readonly actor: Actor;
}

/** Stops a key until a person has looked at it. Every process notices within VERIFIED_MS. */
export class KeySuspensions {
  readonly #store: TableStore;
  readonly #clock: Clock;
  readonly #audit: AuditLog;

  constructor(options: { readonly store: TableStore; readonly clock: Clock; readonly audit: AuditLog }) {
    this.#store = options.store;
    this.#clock = options.clock;
    this.#audit = options.audit;
  }

  /** Finds a key that is valid, or would be if it were not suspended. */
  async live(accountId: string, keyId: string): Promise<StoredKey | undefined> {
    const stored = await findKey(this.#store, keyId);
    return stored?.accountId === accountId && isLive(stored, this.#clock()) ? stored : undefined;
  }

  /** Whether a person has resumed a key with these counters within TRUSTED_MS. */
  async areTrusted(counterId: string): Promise<boolean> {
    return (await this.#store.get({ table: KEYS, key: resumptionKey(counterId) })) !== undefined;
  }

  /** @returns false for a key that is already suspended or revoked: its first reason stands */
  async suspend({
    accountId,
    keyId,
    actor,
    reason,
  }: KeyAction & { readonly reason: KeySuspensionReason }): Promise<boolean> {
    return this.#audit.record({
      chain: accountId,
      actor,
      action: 'key.suspend',
      target: keyId,
      before: { state: 'active' },
      after: { state: 'suspended', reason },
      writes: changeKey(
        { accountId, keyId },
        {
          set: { suspendedAt: isoTime(this.#clock()), suspensionReason: reason },
          when: all(absent('revokedAt'), absent('suspendedAt')),
          otherwise: () => ALREADY_DONE,
        },
      ),
    });
  }

  /**
   * Resuming a key that is not suspended has no effect.
   * @throws KeyNotFound
   * @throws KeyNotLive
   * @throws VersionMismatch
   */
  async resume({
    accountId,
    keyId,
    actor,
    version,
  }: KeyAction & {
    /** The version that was read. @default any */
    readonly version?: number | undefined;
  }): Promise<void> {
    const stored = await findOwnedKey(this.#store, keyId, accountId);
    if (!isLive(stored, this.#clock())) throw new KeyNotLive();
    const now = this.#clock();
    const resumed = changeKey(
      { accountId, keyId },
      {
        set: { resumedAt: isoTime(now) },
        remove: ['suspendedAt', 'suspensionReason'],
        when: all(absent('revokedAt'), exists('suspendedAt')),
        otherwise: () => ALREADY_DONE,
        version,
      },
    );
    await this.#audit.record({
      chain: accountId,
      actor,
      action: 'key.resume',
      target: keyId,
      before: { state: 'suspended' },
      after: { state: 'active' },
      writes: [...resumed, { write: resumption(stored.counterId ?? keyId, now) }],
    });
  }
}

const resumption = (counterId: string, now: number): Put => ({
  table: KEYS,
  put: { ...resumptionKey(counterId), [EXPIRES_AT]: Math.floor((now + TRUSTED_MS) / 1_000) },
});
