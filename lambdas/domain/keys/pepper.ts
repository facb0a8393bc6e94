import { createHmac } from 'node:crypto';

const PEPPER_BYTES_MIN = 16;

/** A secret of the deployment. Without it, a stolen table is not enough to test guesses of keys. */
export class Pepper {
  readonly #bytes: Buffer;

  /** @throws RangeError for fewer than 16 bytes */
  constructor(secret: Uint8Array | string) {
    this.#bytes = Buffer.from(secret);
    if (this.#bytes.length < PEPPER_BYTES_MIN) throw new RangeError(`the pepper needs ${PEPPER_BYTES_MIN} bytes`);
  }

  verifierOf(salt: Uint8Array, secret: string): Buffer {
    return createHmac('sha256', this.#bytes).update(salt).update(secret).digest();
  }
}
