import { JwtBaseError } from 'aws-jwt-verify/error';
import { SimpleFetcher } from 'aws-jwt-verify/https';
import { validateCognitoJwtFields } from 'aws-jwt-verify/cognito-verifier';
import { JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import { z } from 'zod';
import type { Clock } from '../../domain/clock';
import type { Identity, TokenVerifier } from '../../domain/identity/token-verifier';
import { PublishedKeys } from '../jwks/published-keys';
import { poolKeysSchema } from './pool-keys';

/** Some four times what Cognito makes. Longer input is refused before anything looks into it. */
const TOKEN_CHARACTERS_MAX = 8_192;

const claimsSchema = z.object({
  /** Becomes a part of a table's key. */
  sub: z.string().regex(/^[\w-]{1,128}$/),
  client_id: z.string(),
  iat: z.int().nonnegative(),
});

export interface CognitoTokenVerifierOptions {
  /** As the pool's tokens name it; see `userPoolIssuer`. */
  readonly issuer: string;
  /** The clients whose tokens are taken; those of any other are not. */
  readonly clientIds: readonly string[];
  readonly clock: Clock;
  /** Gets the pool's key set. @default from where the issuer publishes it, over HTTPS */
  readonly fetchKeys?: () => Promise<unknown>;
}

/** Takes the access tokens of one user pool. A token that was revoked is taken until it expires, minutes later. */
export class CognitoTokenVerifier implements TokenVerifier {
  readonly #verifier: ReturnType<typeof poolVerifier>;

  constructor(options: CognitoTokenVerifierOptions) {
    // The library takes an empty list for a mistake of the token's, not of ours.
    if (options.clientIds.length === 0) throw new RangeError('a verifier needs a client whose tokens it takes');
    this.#verifier = poolVerifier(options);
  }

  async verify(token: string): Promise<Identity | undefined> {
    if (token.length > TOKEN_CHARACTERS_MAX) return undefined;
    try {
      const claims = claimsSchema.safeParse(await this.#verifier.verify(token));
      if (!claims.success) return undefined;
      const { sub, client_id: clientId, iat } = claims.data;
      return { subject: sub, clientId, issuedAt: iat * 1_000 };
    } catch (error) {
      if (error instanceof JwtBaseError) return undefined;
      throw error;
    }
  }
}

/** `eu-central-1_AbCdEf123`, a pool's id, is also where it is. */
export function userPoolIssuer(userPoolId: string): string {
  const [region = ''] = userPoolId.split('_');
  return `https://cognito-idp.${region}.amazonaws.com/${userPoolId}`;
}

/** Not the library's verifier for Cognito, which takes only pools whose id and address are Amazon's, and a second issuer. */
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
      // Access tokens have no audience; the client is checked in its place.
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
