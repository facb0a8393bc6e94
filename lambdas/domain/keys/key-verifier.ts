import { timingSafeEqual } from 'node:crypto';
import { apiKeyKey, isoTime } from '../../contracts/table-keys';
import { KEYS } from '../../contracts/tables';
import { FailedAttempts } from '../attempts/failed-attempts';
import type { Clock } from '../clock';
import type { TableStore } from '../table/table-store';
import type { PresentedKey } from './key-format';
import { parseKey } from './key-format';
import { decodeKey, decodeRules, encodeKey, endOf, isLive, SALT_BYTES, VERIFIER_BYTES } from './key-item';
import { Pepper } from './pepper';
import type { KeyOwner } from './verified-keys';
import { VerifiedKeys } from './verified-keys';

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

export interface KeyVerifierOptions {
  readonly store: TableStore;
  /** A secret of the deployment, at least 16 bytes. */
  readonly pepper: Uint8Array | string;
  readonly clock: Clock;
}

/** Whom a key speaks for, and what it may do: all that the data plane knows of keys. */
export class KeyVerifier {
  readonly #store: TableStore;
  readonly #pepper: Pepper;
  readonly #clock: Clock;
  readonly #verified = new VerifiedKeys();
  readonly #attempts: FailedAttempts;

  constructor({ store, pepper, clock }: KeyVerifierOptions) {
    this.#store = store;
    this.#pepper = new Pepper(pepper);
    this.#clock = clock;
    this.#attempts = new FailedAttempts({ clock });
  }

  /**
   * One that was right is not looked up again for VERIFIED_MS, so a revocation by another process, or a change of the
   * key's rules, takes that long.
   *
   * Resolves to nothing for a missing, malformed, unknown, wrong, revoked or ended key, and takes the same
   * steps for each: one read, one HMAC, one comparison. Which of them it was cannot be told from the time.
   *
   * Throws TooManyAttempts, before anything is read, where too many have failed from the address; never for a key that
   * was right in this process, so that those who share an address with a guesser go on.
   *
   * @param address the client's, as the host knows it. @default unknown: nothing is counted
   */
  async verify(presented: string | undefined, address?: string): Promise<KeyOwner | undefined> {
    const now = this.#clock();
    const parsed = parseKey(presented);
    const known = parsed && this.#verified.find(parsed, now);
    if (known) return known;
    const { keyId, secret } = parsed ?? NOBODY;
    const attempt = { source: address, subject: keyId };
    if (!parsed || !this.#verified.wasRight(parsed)) this.#attempts.expectFew(attempt);
    const item = await this.#store.get({ table: KEYS, key: apiKeyKey(keyId) });
    const stored = decodeKey(item ?? NOBODYS_ITEM);
    const isRight = timingSafeEqual(this.#pepper.verifierOf(stored.salt, secret), stored.verifier);
    if (!parsed || !item || !isRight || !isLive(stored, this.#clock())) {
      this.#attempts.failed(attempt);
      if (parsed) this.#verified.drop(parsed);
      return undefined;
    }
    const { accountId, counterId, rules, suspendedAt } = stored;
    const owner: KeyOwner = {
      ...{ accountId, keyId },
      ...(suspendedAt !== undefined && { isSuspended: true }),
      ...(rules !== undefined && { rules: decodeRules(rules), ...(counterId !== undefined && { counterId }) }),
    };
    this.#verified.add(parsed, owner, now, endOf(stored));
    return owner;
  }

  /** The key has changed: what was known of it is looked up again. */
  forget(keyId: string): void {
    this.#verified.forget(keyId);
  }
}
