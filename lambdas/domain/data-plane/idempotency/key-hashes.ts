import { createHash, createHmac } from 'node:crypto';

/** A client's Idempotency-Key, and whose it is. */
export interface OwnedKey {
  readonly accountId: string;
  /** The API key, or the first key of its rotations: a retry may come after a rotation. */
  readonly counterId: string;
  readonly idempotencyKey: string;
}

/** The parts of a request that a retry must have in common with its first request. */
export interface ComparedRequest {
  readonly endpoint: string;
  readonly body: Buffer;
}

/**
 * Hashes what must not be stored: a key is the client's text, and a body is content. A plain hash of content would let
 * anyone who reads the table test guesses of it, so without a secret bodies are not compared.
 */
export class KeyHashes {
  readonly #secret: Uint8Array | undefined;

  constructor(secret: Uint8Array | undefined) {
    this.#secret = secret;
  }

  ofKey({ accountId, counterId, idempotencyKey }: OwnedKey): string {
    const hash = this.#secret ? createHmac('sha256', this.#secret) : createHash('sha256');
    return hash.update(`key\n${accountId}\n${counterId}\n${idempotencyKey}`).digest('base64url');
  }

  ofBody({ endpoint, body }: ComparedRequest): string | undefined {
    if (!this.#secret) return undefined;
    return createHmac('sha256', this.#secret).update(`body\n${endpoint}\n`).update(body).digest('base64url');
  }
}
