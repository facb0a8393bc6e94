import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { z } from 'zod';
import type { Clock } from '../../domain/clock';

/** A rotated secret takes effect everywhere after at most this long. */
const SECRET_AGE_MAX_MS = 300_000;
/** After a failed refresh, the old value is used for this long, so that an outage does not slow down every request. */
const RETRY_INTERVAL_MS = 30_000;

export interface CachedSecretOptions<T> {
  readonly client: Pick<SecretsManagerClient, 'send'>;
  readonly arn: string;
  /** Parses the secret's string. It must reject an empty value, so that a function without its secret does not start. */
  readonly schema: z.ZodType<T, string>;
  readonly clock: Clock;
}

/** A secret that is fetched once per cold start and refreshed by age, never once per request. */
export class CachedSecret<T> {
  readonly #options: CachedSecretOptions<T>;
  #cached: { readonly value: T; readonly fetchedAt: number } | undefined;
  #fetching: Promise<T> | undefined;

  constructor(options: CachedSecretOptions<T>) {
    this.#options = options;
  }

  /** @throws Error when the secret cannot be fetched and no value is cached; the message never contains the value */
  async get(): Promise<T> {
    const cached = this.#cached;
    if (cached !== undefined && this.#options.clock() - cached.fetchedAt < SECRET_AGE_MAX_MS) return cached.value;
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    try {
      return await this.#fetching;
    } catch (error) {
      // The old value stays in use while Secrets Manager is unavailable.
      if (cached === undefined) throw error;
      this.#cached = { ...cached, fetchedAt: this.#options.clock() - SECRET_AGE_MAX_MS + RETRY_INTERVAL_MS };
      return cached.value;
    }
  }

  async #fetch(): Promise<T> {
    const { client, arn, schema } = this.#options;
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    const parsed = schema.safeParse(SecretString);
    if (!parsed.success) throw new Error('a secret is empty or malformed');
    this.#cached = { value: parsed.data, fetchedAt: this.#options.clock() };
    return parsed.data;
  }
}
