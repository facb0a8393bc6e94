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

/** Whom a key speaks for, and what it may do. */
export class KeyVerifier {
  readonly #pepper: Pepper;
  readonly #lookup: KeyLookup;

  constructor(options: KeyVerifierOptions) {
    this.#pepper = new Pepper(options.pepper);
    this.#lookup = new KeyLookup(options);
  }

  /** As KeyLookup's `find` does. The proof is one HMAC and one comparison, whatever was presented. */
  verify(presented: string | undefined, address?: string): Promise<KeyOwner | undefined> {
    return this.#lookup.find(parseKey(presented), address, ({ salt, verifier }, secret) =>
      timingSafeEqual(this.#pepper.verifierOf(salt, secret), verifier),
    );
  }

  /** The key has changed: what was known of it is looked up again. */
  forget(keyId: string): void {
    this.#lookup.forget(keyId);
  }
}
