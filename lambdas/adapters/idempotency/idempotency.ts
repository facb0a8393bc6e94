import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyPersistenceLayerError,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import type { Context } from 'aws-lambda';
import type { Clock } from '../../domain/clock';
import { ControlPlaneUnavailable } from '../../domain/errors/refusal';
import type { TableStore } from '../../domain/table/table-store';
import { IdempotencyKeyReused, RequestInProgress } from './idempotency-errors';
import { IdempotencyRecords } from './idempotency-records';

const ANSWER_SECONDS = 86_400;
/** As long as a request can take at most: API Gateway's own limit. */
const IN_PROGRESS_MS = 30_000;

const CIPHER = 'aes-256-gcm';
const CIPHER_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A request that may come again. */
export interface RepeatableRequest {
  /** Who asks. */
  readonly personId: string;
  /** Method and path. */
  readonly operation: string;
  readonly idempotencyKey: string;
  readonly body: string;
}

/** Fields of what Powertools is given: keyed hashes, because a mail address could be guessed from a plain one. */
interface Hashed {
  readonly request: string;
  readonly body: string;
}

/**
 * Does a request once, however often it comes within a day, and answers every time the same.
 *
 * An answer can carry a key that is shown once, so it is stored encrypted: reading it takes the Idempotency-Key that
 * only the client has, and the deployment's secret.
 */
export class Idempotency {
  readonly #secret: Uint8Array;
  readonly #once: (hashed: Hashed, act: () => Promise<string>) => Promise<string>;

  constructor(options: { readonly store: TableStore; readonly clock: Clock; readonly secret: Uint8Array }) {
    this.#secret = options.secret;
    const config = new IdempotencyConfig({
      eventKeyJmesPath: 'request',
      payloadValidationJmesPath: 'body',
      throwOnNoIdempotencyKey: true,
      expiresAfterSeconds: ANSWER_SECONDS,
    });
    // Of Lambda's context Powertools reads no more than this.
    config.registerLambdaContext({ getRemainingTimeInMillis: () => IN_PROGRESS_MS } as Context);
    this.#once = makeIdempotent((_hashed: Hashed, act: () => Promise<string>) => act(), {
      persistenceStore: new IdempotencyRecords(options),
      config,
    });
  }

  /**
   * Resolves to what `act` resolved to, the first time or now. What it throws is not kept: the next one tries again.
   * Throws RequestInProgress, IdempotencyKeyReused or ControlPlaneUnavailable.
   */
  async run(request: RepeatableRequest, act: () => Promise<string>): Promise<string> {
    const name = [request.personId, request.operation, request.idempotencyKey].join('\n');
    const hashed = { request: this.#hash(name), body: this.#hash(request.body) };
    try {
      const sealed = await this.#once(hashed, async () => this.#seal(name, await act()));
      return this.#open(name, sealed);
    } catch (error) {
      if (error instanceof IdempotencyAlreadyInProgressError) throw new RequestInProgress();
      if (error instanceof IdempotencyValidationError) throw new IdempotencyKeyReused();
      if (error instanceof IdempotencyPersistenceLayerError) throw new ControlPlaneUnavailable({ cause: error.cause });
      throw error;
    }
  }

  #hash(text: string): string {
    return createHmac('sha256', this.#secret).update(text).digest('base64url');
  }

  #cipherKey(name: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#secret, '', `answer\n${name}`, CIPHER_KEY_BYTES));
  }

  #seal(name: string, text: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#cipherKey(name), nonce);
    const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat(sealed).toString('base64');
  }

  #open(name: string, sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const tag = bytes.subarray(bytes.length - TAG_BYTES);
    const decipher = createDecipheriv(CIPHER, this.#cipherKey(name), nonce).setAuthTag(tag);
    const text = [decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)), decipher.final()];
    return Buffer.concat(text).toString('utf8');
  }
}
