import { JwtBaseError } from 'aws-jwt-verify/error';
import { SimpleFetcher } from 'aws-jwt-verify/https';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import { z } from 'zod';
import { type Clock, SECOND_MS } from '../../domain/clock';
import type { Identity, TokenVerifier } from '../../domain/identity/token-verifier';
import { isCompactToken } from '../jwks/compact-token';
import { PublishedKeys } from '../jwks/published-keys';
import { poolKeysSchema } from './pool-keys';

/** About four times the length of Cognito's tokens. Longer input is refused before it is parsed. */
const TOKEN_CHARACTERS_MAX = 8_192;

const claimsSchema = z.object({
  /** Restricted because it becomes part of a table key. */
  sub: z.string().regex(/^[\w-]{1,128}$/),
  client_id: z.string(),
  iat: z.int().nonnegative(),
  auth_time: z.int().nonnegative(),
});

export interface CognitoTokenVerifierOptions {
  /** The `iss` claim of the pool's tokens; see `userPoolIssuer`. */
  readonly issuer: string;
  /** The only clients whose tokens are accepted. */
  readonly clientIds: readonly string[];
  readonly clock: Clock;
  /** Fetches the pool's key set. @default fetches it from the issuer over HTTPS */
  readonly fetchKeys?: () => Promise<unknown>;
}

/** Verifies access tokens of one user pool. A revoked token is accepted until it expires, which takes minutes. */
export class CognitoTokenVerifier implements TokenVerifier {
  readonly #verifier: ReturnType<typeof poolVerifier>;

  constructor(options: CognitoTokenVerifierOptions) {
    // Fail early: with an empty list, the library would reject every token instead.
    if (options.clientIds.length === 0) throw new RangeError('a token verifier needs at least one client id');
    this.#verifier = poolVerifier(options);
  }

  async verify(token: string): Promise<Identity | undefined> {
    if (token.length > TOKEN_CHARACTERS_MAX || !isCompactToken(token)) return undefined;
    try {
      const claims = claimsSchema.safeParse(await this.#verifier.verify(token));
      if (!claims.success) return undefined;
      const { sub, client_id: clientId, iat, auth_time: signedIn } = claims.data;
      return { subject: sub, clientId, issuedAt: iat * SECOND_MS, signedInAt: signedIn * SECOND_MS };
    } catch (error) {
      if (error instanceof JwtBaseError) return undefined;
      throw error;
    }
  }
}

/** @param userPoolId begins with the pool's region, such as `eu-central-1_AbCdEf123` */
export function userPoolIssuer(userPoolId: string): string {
  const [region = ''] = userPoolId.split('_');
  return `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`;
}

/** The library's verifier for Cognito accepts only Amazon's own addresses, so this uses its generic one. */
function poolVerifier({ issuer, clientIds, clock, fetchKeys }: CognitoTokenVerifierOptions) {
  const jwksUri = `${issuer}/.well-known/jwks.json`;
  const jwksCache = new PublishedKeys({
    clock,
    schema: poolKeysSchema,
    fetchKeys: fetchKeys ?? (() => fetchJson(jwksUri)),
  });
  return JwtVerifier.create(
    {
      issuer,
      jwksUri,
      // Access tokens have no audience, so the client ID is checked instead.
      audience: null,
      customJwtCheck: ({ payload }) =>
        validateCognitoJwtFields(payload, { tokenUse: 'access', clientId: [...clientIds] }),
    },
    { jwksCache },
  );
}

async function fetchJson(uri: string): Promise<unknown> {
  return JSON.parse(Buffer.from(await new SimpleFetcher().fetch(uri)).toString());
}
