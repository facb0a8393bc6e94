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
import { PublishedKeys } from '../jwks/published-keys';
import type { FetchDocument } from './issuer-documents';
import { issuerKeysSchema } from './issuer-keys';
import { SlowLooks } from './slow-looks';

const ALGORITHMS = ['RS256', 'ES256'];
/** A token that was issued longer ago is not taken, however long it says that it lives. */
const AGE_SECONDS_MAX = 3_600;
/** By how much an issuer's clock may differ from ours. */
const LEEWAY_SECONDS = 60;
const ISSUERS_MAX = 200;
/** For both documents of an issuer together: whoever has an account can name one that never answers. */
const LOOK_MS_MAX = 3_000;
/** For so long an issuer that gave no keys is not asked again. */
const FAILURE_MS = 30_000;

const claimsSchema = z
  .object({
    sub: z.string().min(1).max(1_024),
    iat: z.int().nonnegative(),
    exp: z.int().nonnegative(),
    jti: z.string().min(1).max(1_024).optional(),
  })
  .loose();

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string().refine(isPublicUrl) });

/** The tokens of any OpenID Connect issuer, by the keys that it publishes. */
export class OidcTokens implements FederatedTokens {
  readonly #fetch: FetchDocument;
  readonly #clock: Clock;
  readonly #keys = new BoundedMap<PublishedKeys>(ISSUERS_MAX);
  readonly #slowLooks: SlowLooks;

  constructor({ fetchDocument, clock }: { readonly fetchDocument: FetchDocument; readonly clock: Clock }) {
    this.#fetch = fetchDocument;
    this.#clock = clock;
    this.#slowLooks = new SlowLooks(clock);
  }

  async verify(
    token: string,
    { accountId, issuer, audience }: Parameters<FederatedTokens['verify']>[1],
  ): Promise<FederatedClaims | undefined> {
    if (token.length > SUBJECT_TOKEN_CHARACTERS_MAX) return undefined;
    try {
      // Before any key is asked for: what cannot be right causes no request.
      const { header, payload } = decomposeUnverifiedJwt(token);
      if (!ALGORITHMS.includes(header.alg ?? '') || header.kid === undefined || payload.iss !== issuer)
        return undefined;
      const jwksCache = this.#keysOf(issuer);
      if (this.#slowLooks.areTooMany(accountId) && jwksCache.needsIssuer(header.kid)) return undefined;
      const verifier = JwtVerifier.create(
        { issuer, audience, jwksUri: issuer, graceSeconds: LEEWAY_SECONDS },
        { jwksCache },
      );
      return this.#read(await this.#slowLooks.count(accountId, () => verifier.verify(token)));
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
    // It cannot come again after its age has ended, however far off its own end is.
    const expiresAt = Math.min(exp, iat + AGE_SECONDS_MAX) * 1_000;
    return { subject, tokenId, expiresAt, texts: new Map(texts) };
  }

  #keysOf(issuer: string): PublishedKeys {
    const known = this.#keys.get(issuer);
    if (known) return known;
    const keys = new PublishedKeys({
      clock: this.#clock,
      schema: issuerKeysSchema,
      failureMs: FAILURE_MS,
      fetchKeys: () => this.#fetchKeys(issuer),
    });
    this.#keys.set(issuer, keys);
    return keys;
  }

  /** OpenID Connect Discovery 1.0, section 4. */
  async #fetchKeys(issuer: string): Promise<unknown> {
    const signal = AbortSignal.timeout(LOOK_MS_MAX);
    const document = await this.#fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, signal);
    const discovered = discoverySchema.parse(document);
    if (discovered.issuer !== issuer) throw new Error('the discovery document is of another issuer');
    return this.#fetch(discovered.jwks_uri, signal);
  }
}
