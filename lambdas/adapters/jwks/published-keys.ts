import { KidNotFoundInJwksError } from 'aws-jwt-verify/error';
import type { Jwks, JwksCache, JwkWithKid } from 'aws-jwt-verify/jwk';
import type { z } from 'zod';
import { type Clock, DAY_MS, HOUR_MS, SECOND_MS } from '../../domain/clock';
import { ServiceUnavailable } from '../../domain/errors/app-error';

/** A key that the issuer withdraws stops verifying tokens after at most this long. */
const KEYS_AGE_MAX_MS = HOUR_MS;
/** A token that names an unknown key causes another fetch, but at most one fetch within this interval. */
const REFETCH_INTERVAL_MS = 10 * SECOND_MS;
/**
 * While the issuer does not answer, stale keys are used for at most this long, because they may have been withdrawn in
 * the meantime.
 */
const STALE_KEYS_MS_MAX = DAY_MS;

export interface PublishedKeysOptions {
  /** Fetches the issuer's key set as it is published. */
  readonly fetchKeys: () => Promise<unknown>;
  /** Validates the key set and selects the fields that we read. */
  readonly schema: z.ZodType<{ readonly keys: readonly JwkWithKid[] }>;
  readonly clock: Clock;
  /** After a failed first fetch, the issuer is not asked again for this long. @default 0: each token causes a fetch */
  readonly failureMs?: number;
}

/** Caches an issuer's signing keys. They are fetched for the first token, when they are old, and for an unknown key ID. */
export class PublishedKeys implements JwksCache {
  readonly #options: PublishedKeysOptions;
  #keys: ReadonlyMap<string, JwkWithKid> = new Map();
  #fetchedAt = -Infinity;
  #triedAt = -Infinity;
  #fetching: Promise<void> | undefined;

  constructor(options: PublishedKeysOptions) {
    this.#options = options;
  }

  /** Whether a token with this key ID must wait for a fetch from the issuer. */
  needsFetch(kid: string): boolean {
    const { clock, failureMs = 0 } = this.#options;
    const now = clock();
    if (now - this.#fetchedAt < KEYS_AGE_MAX_MS && this.#keys.has(kid)) return false;
    const intervalMs = this.#fetchedAt === -Infinity ? failureMs : REFETCH_INTERVAL_MS;
    return this.#fetching !== undefined || now - this.#triedAt >= intervalMs;
  }

  /**
   * @throws KidNotFoundInJwksError when the issuer does not publish the token's key
   * @throws ServiceUnavailable when the keys cannot be fetched and none are cached
   */
  async getJwk(_uri: string, token: { readonly header: { readonly kid?: string } }): Promise<JwkWithKid> {
    if (this.needsFetch(token.header.kid ?? '')) await this.#refresh();
    return this.getCachedJwk(_uri, token);
  }

  getCachedJwk(_uri: string, { header }: { readonly header: { readonly kid?: string } }): JwkWithKid {
    const key = this.#keys.get(header.kid ?? '');
    if (key === undefined) throw new KidNotFoundInJwksError('the issuer has no such key');
    return key;
  }

  async getJwks(): Promise<Jwks> {
    await this.#refresh();
    return { keys: [...this.#keys.values()] };
  }

  addJwks(_uri: string, { keys }: Jwks): void {
    this.#replace({ keys });
  }

  /** Concurrent callers share one fetch. */
  #refresh(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    this.#triedAt = this.#options.clock();
    try {
      this.#replace(await this.#options.fetchKeys());
    } catch {
      if (this.#options.clock() - this.#fetchedAt < STALE_KEYS_MS_MAX) return;
      this.#keys = new Map();
      this.#fetchedAt = -Infinity;
      throw new ServiceUnavailable();
    }
  }

  #replace(published: unknown): void {
    const { keys } = this.#options.schema.parse(published);
    this.#keys = new Map(keys.map((key) => [key.kid, key]));
    this.#fetchedAt = this.#options.clock();
  }
}
