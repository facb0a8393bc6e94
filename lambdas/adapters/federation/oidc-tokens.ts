import { decomposeUnverifiedJwt } from 'aws-jwt-verify/jwt';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import { JwtBaseError } from 'aws-jwt-verify/error';
import { z } from 'zod';
import { SUBJECT_TOKEN_CHARACTERS_MAX } from '../../contracts/http/federation';
import { isPublicUrl } from '../../contracts/http/public-url';
import { BoundedMap } from '../../domain/bounded-map';
import type { Clock } from '../../domain/clock';
import { ServiceUnavailable } from '../../domain/errors/app-error';
import type { FederatedClaims, FederatedTokens } from '../../domain/federation/federated-tokens';
import { isCompactToken } from '../jwks/compact-token';
import { PublishedKeys } from '../jwks/published-keys';
import type { FetchDocument } from './issuer-documents';
import { issuerKeysSchema } from './issuer-keys';
import { SlowFetches } from './slow-fetches';

const ALGORITHMS = ['RS256', 'ES256'];
/** Older tokens are refused, whatever their `exp` says. */
const AGE_SECONDS_MAX = 3_600;
/** The tolerated difference between an issuer's clock and ours. */
const LEEWAY_SECONDS = 60;
const ISSUERS_MAX = 200;
/** The limit for both documents of an issuer together, because an account can name an issuer that never answers. */
const FETCH_MS_MAX = 3_000;
/** After a failed fetch, the issuer is not asked again for this long. */
const RETRY_INTERVAL_MS = 30_000;

const claimsSchema = z
  .object({
    sub: z.string().min(1).max(1_024),
    iat: z.int().nonnegative(),
    exp: z.int().nonnegative(),
    jti: z.string().min(1).max(1_024).optional(),
  })
  .loose();

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string().refine(isPublicUrl) });

/** Verifies the tokens of any OpenID Connect issuer with the keys that it publishes. */
export class OidcTokens implements FederatedTokens {
  readonly #fetch: FetchDocument;
  readonly #clock: Clock;
  readonly #keys = new BoundedMap<PublishedKeys>(ISSUERS_MAX);
  readonly #slowFetches: SlowFetches;

  constructor({ fetchDocument, clock }: { readonly fetchDocument: FetchDocument; readonly clock: Clock }) {
    this.#fetch = fetchDocument;
    this.#clock = clock;
    this.#slowFetches = new SlowFetches(clock);
  }

  async verify(
    token: string,
    { accountId, issuer, audience }: Parameters<FederatedTokens['verify']>[1],
  ): Promise<FederatedClaims | undefined> {
    if (token.length > SUBJECT_TOKEN_CHARACTERS_MAX || !isCompactToken(token)) return undefined;
    try {
      // A token that cannot be valid must not cause a request to the issuer.
      const { header, payload } = decomposeUnverifiedJwt(token);
      if (!ALGORITHMS.includes(header.alg ?? '') || header.kid === undefined || payload.iss !== issuer)
        return undefined;
      const jwksCache = this.#keysOf(issuer);
      if (this.#slowFetches.hasTooMany(accountId) && jwksCache.needsFetch(header.kid)) return undefined;
      const verifier = JwtVerifier.create(
        { issuer, audience, jwksUri: issuer, graceSeconds: LEEWAY_SECONDS },
        { jwksCache },
      );
      return this.#read(await this.#slowFetches.run(accountId, () => verifier.verify(token)));
    } catch (error) {
      if (error instanceof JwtBaseError || error instanceof ServiceUnavailable) return undefined;
      throw error;
    }
  }

  #read(payload: object): FederatedClaims | undefined {
    const parsed = claimsSchema.safeParse(payload);
    if (!parsed.success) return undefined;
    const { sub: subject, iat, exp, jti: tokenId } = parsed.data;
    const now = this.#clock() / 1_000;
    const isYoung = iat - LEEWAY_SECONDS <= now && now - iat <= AGE_SECONDS_MAX + LEEWAY_SECONDS;
    if (!isYoung || exp + LEEWAY_SECONDS <= now) return undefined;
    const texts = Object.entries(parsed.data).filter(
      (claim): claim is [string, string] => typeof claim[1] === 'string',
    );
    // After its maximum age a token is refused anyway, so it need not be remembered any longer, whatever `exp` says.
    const expiresAt = Math.min(exp, iat + AGE_SECONDS_MAX) * 1_000;
    return { subject, tokenId, expiresAt, texts: new Map(texts) };
  }

  #keysOf(issuer: string): PublishedKeys {
    const issuerKeys = this.#keys.get(issuer);
    if (issuerKeys) return issuerKeys;
    const keys = new PublishedKeys({
      clock: this.#clock,
      schema: issuerKeysSchema,
      failureMs: RETRY_INTERVAL_MS,
      fetchKeys: () => this.#fetchKeys(issuer),
    });
    this.#keys.set(issuer, keys);
    return keys;
  }

  /** OpenID Connect Discovery 1.0, section 4. */
  async #fetchKeys(issuer: string): Promise<unknown> {
    const signal = AbortSignal.timeout(FETCH_MS_MAX);
    const document = await this.#fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, signal);
    const discovered = discoverySchema.parse(document);
    if (discovered.issuer !== issuer) throw new Error('the discovery document names another issuer');
    return this.#fetch(discovered.jwks_uri, signal);
  }
}
