import { apiKeyKey, isoTime } from '../../contracts/storage/table-keys';
import { KEYS } from '../../contracts/storage/tables';
import { FailedAttempts } from '../attempts/failed-attempts';
import type { Clock } from '../clock';
import type { TableStore } from '../table/table-store';
import type { PresentedKey } from './key-format';
import type { StoredKey } from './key-item';
import { decodeKey, decodeRules, encodeKey, endOf, isLive, SALT_BYTES, VERIFIER_BYTES } from './key-item';
import type { KeyOwner } from './verified-keys';
import { VerifiedKeys } from './verified-keys';

/** Stands in for what is missing, so that every refusal takes the same steps. No key ever has this id. */
const NOBODY: PresentedKey = { keyId: '0'.repeat(26), secret: '0'.repeat(43) };
const NOBODYS_ITEM = encodeKey({
  keyId: NOBODY.keyId,
  accountId: '',
  salt: new Uint8Array(SALT_BYTES),
  verifier: new Uint8Array(VERIFIER_BYTES),
  createdAt: isoTime(0),
});

export interface KeyLookupOptions {
  readonly store: TableStore;
  readonly clock: Clock;
}

/** Finds what a key is for, and remembers the ones that were right; what proves a key right is its caller's to say. */
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
   * One that was right is not looked up again for VERIFIED_MS, so a revocation by another process, or a change of the
   * key's rules, takes that long.
   *
   * Resolves to nothing for a missing, malformed, unknown, wrong, revoked or ended key, and takes the same
   * steps for each: one read, one proof. Which of them it was cannot be told from the time.
   *
   * Throws TooManyAttempts, before anything is read, where too many have failed from the address; never for a key that
   * was right in this process, so that those who share an address with a guesser go on.
   *
   * @param address the client's, as the host knows it. @default unknown: nothing is counted
   */
  async find(
    presented: PresentedKey | undefined,
    address: string | undefined,
    proves: (stored: StoredKey, secret: string) => boolean,
  ): Promise<KeyOwner | undefined> {
    const now = this.#clock();
    const known = presented && this.#verified.find(presented, now);
    if (known) return known;
    const { keyId, secret } = presented ?? NOBODY;
    const attempt = { source: address, subject: keyId };
    if (!presented || !this.#verified.wasRight(presented)) this.#attempts.expectFew(attempt);
    const item = await this.#store.get({ table: KEYS, key: apiKeyKey(keyId) });
    const stored = decodeKey(item ?? NOBODYS_ITEM);
    const isRight = proves(stored, secret);
    if (!presented || !item || !isRight || !isLive(stored, this.#clock())) {
      this.#attempts.failed(attempt);
      if (presented) this.#verified.drop(presented);
      return undefined;
    }
    const { accountId, counterId, rules, suspendedAt } = stored;
    const owner: KeyOwner = {
      accountId,
      keyId,
      ...(suspendedAt !== undefined && { isSuspended: true }),
      ...(rules !== undefined && { rules: decodeRules(rules), ...(counterId !== undefined && { counterId }) }),
    };
    this.#verified.add(presented, owner, now, endOf(stored));
    return owner;
  }

  /** The key has changed: what was known of it is looked up again. */
  forget(keyId: string): void {
    this.#verified.forget(keyId);
  }
}
