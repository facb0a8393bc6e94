import { timingSafeEqual } from 'node:crypto';
import { parseKey } from './key-format';
import type { KeyLookupOptions } from './key-lookup';
import { KeyLookup } from './key-lookup';
import { Pepper } from './pepper';
import type { KeyOwner } from './verified-keys';

export interface KeyVerifierOptions extends KeyLookupOptions {
  /** A secret of the deployment, at least 16 bytes. */
  readonly pepper: Uint8Array | string;
}

/** Verifies keys that clients send. */
export class KeyVerifier {
  readonly #pepper: Pepper;
  readonly #lookup: KeyLookup;

  constructor(options: KeyVerifierOptions) {
    this.#pepper = new Pepper(options.pepper);
    this.#lookup = new KeyLookup(options);
  }

  /**
   * Returns the owner of a key. The proof is one HMAC and one comparison, whatever the client sent.
   * @returns undefined for a key that is not valid
   * @throws TooManyAttempts as KeyLookup.find does
   */
  verify(presented: string | undefined, address?: string): Promise<KeyOwner | undefined> {
    return this.#lookup.find(parseKey(presented), address, ({ salt, verifier }, secret) =>
      timingSafeEqual(this.#pepper.verifierOf(salt, secret), verifier),
    );
  }

  /** Drops a key that has changed from the cache, so that it is looked up again. */
  forget(keyId: string): void {
    this.#lookup.forget(keyId);
  }
}
