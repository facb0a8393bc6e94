import { generateKeyPair, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { TokenGenerator, Tokens } from 'cognito-local/lib/services/tokenGenerator.js';
import type { User } from 'cognito-local/lib/services/userPoolService.js';
import { SIGN_IN_SCOPES } from '../../../lambdas/contracts/deployment/sign-in';

/** The lifetime that cognito-local reports to clients, whatever the token says. */
const TOKEN_SECONDS = 3_600;
const KEY_BITS = 2_048;
const REFRESH_TOKEN_BYTES = 32;

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicJwk: object;
}

interface TokenSubject {
  readonly subject: string;
  readonly email: string | undefined;
  readonly clientId: string;
}

/**
 * Signs tokens as Cognito does. cognito-local itself would sign with a key that is published in its package, so any
 * program on this machine could forge a token. This key is created when first needed and never leaves the process.
 */
export class LocalTokens implements TokenGenerator {
  private readonly issuer: string;
  private key: Promise<SigningKey> | undefined;
  /** When people signed in last, in epoch seconds. A token that is refreshed, or is for a script, is no sign-in. */
  private readonly signIns = new Map<string, number>();
  private readonly startedAt = epochSeconds();

  constructor(issuer: string) {
    this.issuer = issuer;
  }

  /** The JSON Web Key Set that a user pool publishes. */
  async keySet(): Promise<object> {
    return { keys: [(await this.signingKey()).publicJwk] };
  }

  async generate(
    _context: unknown,
    user: Pick<User, 'Username' | 'Attributes'>,
    _groups: readonly string[],
    client: { readonly ClientId: string },
    _metadata?: unknown,
    source?: string,
  ): Promise<Tokens> {
    if (source !== 'RefreshTokens') this.signIns.set(user.Username, epochSeconds());
    const email = user.Attributes.find(({ Name }) => Name === 'email')?.Value;
    const about = { subject: user.Username, email, clientId: client.ClientId };
    return {
      AccessToken: await this.accessToken(about),
      IdToken: await this.idToken(about),
      RefreshToken: randomBytes(REFRESH_TOKEN_BYTES).toString('base64url'),
    };
  }

  accessToken({ subject, clientId }: Omit<TokenSubject, 'email'>): Promise<string> {
    const scope = SIGN_IN_SCOPES.join(' ');
    return this.signToken(subject, {
      client_id: clientId,
      token_use: 'access',
      scope,
      username: subject,
      version: 2,
    });
  }

  private idToken({ subject, email, clientId }: TokenSubject): Promise<string> {
    const shown = { email, email_verified: true, 'cognito:username': subject };
    return this.signToken(subject, { aud: clientId, token_use: 'id', ...shown });
  }

  private async signToken(sub: string, claims: object): Promise<string> {
    const { kid, privateKey } = await this.signingKey();
    const now = epochSeconds();
    const signedInAt = this.signIns.get(sub) ?? this.startedAt;
    const text = [
      { alg: 'RS256', kid },
      {
        sub,
        ...claims,
        iss: this.issuer,
        jti: randomUUID(),
        auth_time: signedInAt,
        iat: now,
        exp: now + TOKEN_SECONDS,
      },
    ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
    const signature = sign('RSA-SHA256', Buffer.from(text.join('.')), privateKey);
    return [...text, signature.toString('base64url')].join('.');
  }

  private signingKey(): Promise<SigningKey> {
    this.key ??= newKey();
    return this.key;
  }
}

const epochSeconds = (): number => Math.floor(Date.now() / 1_000);

async function newKey(): Promise<SigningKey> {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: KEY_BITS });
  const kid = randomUUID();
  return { kid, privateKey, publicJwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
}
