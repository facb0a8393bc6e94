import { KidNotFoundInJwksError } from 'aws-jwt-verify/error';
import type { Jwks, JwksCache, JwkWithKid } from 'aws-jwt-verify/jwk';
import type { z } from 'zod';
import type { Clock } from '../../domain/clock';
import { ServiceUnavailable } from '../../domain/errors/app-error';

/** A key that the issuer withdraws verifies nothing after at most this. */
const KEYS_AGE_MAX_MS = 3_600_000;
/** A token that names an unknown key has the keys fetched again, and no other one within this time. */
const FETCH_AGAIN_MS = 10_000;
/** For so long old keys serve on while the issuer does not answer: they may have been withdrawn meanwhile. */
const KEYS_SERVE_ON_MS = 86_400_000;

export interface PublishedKeysOptions {
  /** Gets the issuer's key set, as it is published. */
  readonly fetchKeys: () => Promise<unknown>;
  /** What of it is used. */
  readonly schema: z.ZodType<{ readonly keys: readonly JwkWithKid[] }>;
  readonly clock: Clock;
  /** For so long an issuer that has no keys to tell a token by is not asked again. @default each token asks */
  readonly failureMs?: number;
}

/** The keys that an issuer signs with: fetched at the first token, by age, and when a token names one that is not among them. */
export class PublishedKeys implements JwksCache {
  readonly #options: PublishedKeysOptions;
  #keys: ReadonlyMap<string, JwkWithKid> = new Map();
  #fetchedAt = -Infinity;
  #triedAt = -Infinity;
  #fetching: Promise<void> | undefined;

  constructor(options: PublishedKeysOptions) {
    this.#options = options;
  }

  /** Whether a token by this key waits for the issuer. */
  needsIssuer(kid: string): boolean {
    const { clock, failureMs = 0 } = this.#options;
    const now = clock();
    if (now - this.#fetchedAt < KEYS_AGE_MAX_MS && this.#keys.has(kid)) return false;
    const againMs = this.#fetchedAt === -Infinity ? failureMs : FETCH_AGAIN_MS;
    return this.#fetching !== undefined || now - this.#triedAt >= againMs;
  }

  /** @throws KidNotFoundInJwksError, ServiceUnavailable */
  async getJwk(_uri: string, token: { readonly header: { readonly kid?: string } }): Promise<JwkWithKid> {
    if (this.needsIssuer(token.header.kid ?? '')) await this.#refresh();
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
    this.#hold({ keys });
  }

  /** One fetch at a time, however many wait for it. */
  #refresh(): Promise<void> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    this.#triedAt = this.#options.clock();
    try {
      this.#hold(await this.#options.fetchKeys());
    } catch {
      // Without keys there is nothing to tell a token by.
      if (this.#options.clock() - this.#fetchedAt < KEYS_SERVE_ON_MS) return;
      this.#keys = new Map();
      this.#fetchedAt = -Infinity;
      throw new ServiceUnavailable();
    }
  }

  #hold(published: unknown): void {
    const { keys } = this.#options.schema.parse(published);
    this.#keys = new Map(keys.map((key) => [key.kid, key]));
    this.#fetchedAt = this.#options.clock();
  }
}
