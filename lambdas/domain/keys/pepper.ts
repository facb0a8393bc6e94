import { createHmac } from 'node:crypto';

const PEPPER_BYTES_MIN = 16;

/** A secret of the deployment, without which the table alone does not suffice to test a guess. */
export class Pepper {
  readonly #bytes: Buffer;

  /** Throws RangeError for less than 16 bytes. */
  constructor(secret: Uint8Array | string) {
    this.#bytes = Buffer.from(secret);
    if (this.#bytes.length < PEPPER_BYTES_MIN) throw new RangeError(`the pepper needs ${PEPPER_BYTES_MIN} bytes`);
  }

  verifierOf(salt: Uint8Array, secret: string): Buffer {
    return createHmac('sha256', this.#bytes).update(salt).update(secret).digest();
  }
}
