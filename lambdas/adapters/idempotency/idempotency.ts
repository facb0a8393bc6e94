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
/** The longest that a request can run, which is API Gateway's own limit. */
const IN_PROGRESS_MS = 30_000;

const CIPHER = 'aes-256-gcm';
const CIPHER_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A request that the client may retry. */
export interface IdempotentRequest {
  /** The caller. */
  readonly personId: string;
  /** The method and path. */
  readonly operation: string;
  readonly idempotencyKey: string;
  readonly body: string;
}

/** Hashes by which Powertools recognises a request. They are keyed, because an email address behind a plain hash can be guessed. */
interface HashedRequest {
  readonly request: string;
  readonly body: string;
}

/**
 * Executes a request once and returns the same answer to every repeat within a day.
 *
 * An answer can contain an API key that is shown only once, so it is stored encrypted. Decryption needs both the
 * Idempotency-Key, which only the client has, and the deployment's secret.
 */
export class Idempotency {
  readonly #secret: Uint8Array;
  readonly #once: (hashed: HashedRequest, act: () => Promise<string>) => Promise<string>;

  constructor(options: { readonly store: TableStore; readonly clock: Clock; readonly secret: Uint8Array }) {
    this.#secret = options.secret;
    const config = new IdempotencyConfig({
      eventKeyJmesPath: 'request',
      payloadValidationJmesPath: 'body',
      throwOnNoIdempotencyKey: true,
      expiresAfterSeconds: ANSWER_SECONDS,
    });
    // Powertools reads nothing else from Lambda's context.
    config.registerLambdaContext({ getRemainingTimeInMillis: () => IN_PROGRESS_MS } as Context);
    this.#once = makeIdempotent((_hashed: HashedRequest, act: () => Promise<string>) => act(), {
      persistenceStore: new IdempotencyRecords(options),
      config,
    });
  }

  /**
   * Runs `act`, or returns the stored response of the first run. If `act` throws, nothing is stored and a retry runs it
   * again.
   * @throws RequestInProgress when the first request has not finished
   * @throws IdempotencyKeyReused when the same Idempotency-Key was used with a different body
   * @throws ControlPlaneUnavailable when the record cannot be read or written
   */
  async run(request: IdempotentRequest, act: () => Promise<string>): Promise<string> {
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

  /** An ID of the request, the same for each repetition. Nothing follows from it. */
  idOf({ personId, operation, idempotencyKey, body }: IdempotentRequest): string {
    return this.#hash(['id', personId, operation, idempotencyKey, body].join('\n'));
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
