import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { z } from 'zod';
import type { Clock } from '../../domain/clock';

/** A rotated secret is in force everywhere after at most this. */
const SECRET_AGE_MAX_MS = 300_000;
/** After a failed refresh the next one waits this long: no request pays for Secrets Manager's trouble twice. */
const REFRESH_AGAIN_MS = 30_000;

export interface AgedSecretOptions<T> {
  readonly client: Pick<SecretsManagerClient, 'send'>;
  readonly arn: string;
  /** Of the secret's string. Rejects an empty or malformed one: a function that lacks its secret must not start. */
  readonly schema: z.ZodType<T, string>;
  readonly clock: Clock;
}

/** A secret that is fetched once per cold start and again by age, never per request. */
export class AgedSecret<T> {
  readonly #options: AgedSecretOptions<T>;
  #held: { readonly value: T; readonly fetchedAt: number } | undefined;
  #fetching: Promise<T> | undefined;

  constructor(options: AgedSecretOptions<T>) {
    this.#options = options;
  }

  /** @throws when it cannot be fetched and none is held; the error names the secret's shape, never its value */
  async get(): Promise<T> {
    const held = this.#held;
    if (held !== undefined && this.#options.clock() - held.fetchedAt < SECRET_AGE_MAX_MS) return held.value;
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    try {
      return await this.#fetching;
    } catch (error) {
      // An old value serves on while Secrets Manager does not answer; without one there is nothing to serve with.
      if (held === undefined) throw error;
      this.#held = { ...held, fetchedAt: this.#options.clock() - SECRET_AGE_MAX_MS + REFRESH_AGAIN_MS };
      return held.value;
    }
  }

  async #fetch(): Promise<T> {
    const { client, arn, schema } = this.#options;
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    const parsed = schema.safeParse(SecretString);
    if (!parsed.success) throw new Error('a secret is empty or malformed');
    this.#held = { value: parsed.data, fetchedAt: this.#options.clock() };
    return parsed.data;
  }
}
