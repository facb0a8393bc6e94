import { enforceableRules } from '../../contracts/http/key-rules';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { apiKeyKey } from '../../contracts/storage/table-keys/keys';
import { KEYS } from '../../contracts/storage/tables';
import { FailedAttempts } from '../attempts/failed-attempts';
import type { Clock } from '../clock';
import { isRestricted } from '../restrictions/restriction-item';
import type { TableStore } from '../table/table-store';
import type { PresentedKey } from './key-format';
import type { StoredKey } from './key-item';
import { decodeKey, decodeRules, encodeKey, endOf, isLive, SALT_BYTES, VERIFIER_BYTES } from './key-item';
import type { KeyOwner } from './verified-keys';
import { VerifiedKeys } from './verified-keys';

/** Replaces a missing key or item, so that every refusal takes the same steps. No key ever has this id. */
const DUMMY_KEY: PresentedKey = { keyId: '0'.repeat(26), secret: '0'.repeat(43) };
const DUMMY_ITEM = encodeKey({
  keyId: DUMMY_KEY.keyId,
  accountId: '',
  salt: new Uint8Array(SALT_BYTES),
  verifier: new Uint8Array(VERIFIER_BYTES),
  createdAt: isoTime(0),
});

export interface KeyLookupOptions {
  readonly store: TableStore;
  readonly clock: Clock;
}

/** Finds the owner of a key and caches keys that were valid. The caller supplies the proof of validity. */
export class KeyLookup {
  readonly #store: TableStore;
  readonly #clock: Clock;
  readonly #verified = new VerifiedKeys();
  readonly #attempts: FailedAttempts;

  constructor({ store, clock }: KeyLookupOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#attempts = new FailedAttempts({ clock });
  }

  /**
   * A valid key is not looked up again for VERIFIED_MS, so a revocation, a restriction or a change of rules by another
   * process takes that long to be noticed.
   *
   * It takes the same steps for a missing, malformed, unknown, wrong, revoked or expired key: one read, one proof. So
   * the response time does not reveal what was wrong. Only for a valid key it also reads whether its account or payer is
   * restricted.
   *
   * @param address the client's address as the host knows it. @default unknown: failures are not counted
   * @returns undefined for a key that is not valid
   * @throws TooManyAttempts before anything is read, when too many attempts have failed from the address; never for a
   * key that was valid in this process, so that clients who share an address with an attacker are not locked out
   */
  async find(
    presented: PresentedKey | undefined,
    address: string | undefined,
    proves: (stored: StoredKey, secret: string) => boolean,
  ): Promise<KeyOwner | undefined> {
    const now = this.#clock();
    const cached = presented && this.#verified.find(presented, now);
    if (cached) return cached;
    const { keyId, secret } = presented ?? DUMMY_KEY;
    const attempt = { source: address, subject: keyId };
    if (!presented || !this.#verified.wasRight(presented)) this.#attempts.expectFew(attempt);
    const item = await this.#store.get({ table: KEYS, key: apiKeyKey(keyId) });
    const stored = decodeKey(item ?? DUMMY_ITEM);
    const isRight = proves(stored, secret);
    if (!presented || !item || !isRight || !isLive(stored, this.#clock())) {
      this.#attempts.failed(attempt);
      if (presented) this.#verified.drop(presented);
      return undefined;
    }
    const restricted = await this.#restrictionOf(stored);
    const owner = { ...ownerOf(stored), ...(restricted && { restricted }) };
    this.#verified.add(presented, owner, now, endOf(stored));
    return owner;
  }

  async #restrictionOf({ accountId, payer }: StoredKey): Promise<KeyOwner['restricted']> {
    const [isOfAccount, isOfPayer] = await Promise.all([
      isRestricted(this.#store, accountId),
      payer !== undefined && isRestricted(this.#store, payer),
    ]);
    if (isOfAccount) return 'account';
    return isOfPayer ? 'payer' : undefined;
  }

  /** Drops a key that has changed from the cache, so that it is looked up again. */
  forget(keyId: string): void {
    this.#verified.forget(keyId);
  }
}

function ownerOf({ accountId, keyId, counterId, payer, rules: stored, suspendedAt }: StoredKey): KeyOwner {
  const rules = stored === undefined ? undefined : enforceableRules(decodeRules(stored));
  return {
    accountId,
    keyId,
    ...(suspendedAt !== undefined && { isSuspended: true }),
    ...(stored !== undefined && rules === undefined && { hasUnknownRules: true }),
    ...(counterId !== undefined && { counterId }),
    ...(payer !== undefined && { payer }),
    ...(rules && { rules }),
  };
}
