import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { z } from 'zod';
import type { Clock } from '../../domain/clock';

/** A rotated secret is in force everywhere after at most this. */
const SECRET_AGE_MAX_MS = 300_000;

export interface AgedSecretOptions<T> {
  readonly client: SecretsManagerClient;
  readonly arn: string;
  /** Of the secret's string. Rejects an empty or malformed one: a function that lacks its secret must not start. */
  readonly schema: z.ZodType<T, string>;
  readonly clock: Clock;
}

/** A secret that is fetched once per cold start and again by age, never per request. */
export class AgedSecret<T> {
  readonly #options: AgedSecretOptions<T>;
  #held: { readonly value: Promise<T>; readonly fetchedAt: number } | undefined;

  constructor(options: AgedSecretOptions<T>) {
    this.#options = options;
  }

  /** @throws when it cannot be fetched and none is held; the error names the secret's shape, never its value */
  async get(): Promise<T> {
    const now = this.#options.clock();
    const held = this.#held;
    if (held !== undefined && now - held.fetchedAt < SECRET_AGE_MAX_MS) return held.value;
    const value = this.#fetch();
    this.#held = { value, fetchedAt: now };
    try {
      return await value;
    } catch (error) {
      // An old value serves on while Secrets Manager does not answer; without one there is nothing to serve with.
      this.#held = held;
      if (held !== undefined) return held.value;
      throw error;
    }
  }

  async #fetch(): Promise<T> {
    const { client, arn, schema } = this.#options;
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }));
    const parsed = schema.safeParse(SecretString);
    if (!parsed.success) throw new Error('a secret is empty or malformed');
    return parsed.data;
  }
}
