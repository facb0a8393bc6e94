import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OidcTokens } from '../../lambdas/adapters/federation/oidc-tokens';

export const ISSUER = 'https://oidc.example.com';
export const AUDIENCE = 'tollgate';
export const SUBJECT = 'repo:acme/app:ref:refs/heads/main';

interface SigningKey {
  readonly kid: string;
  readonly alg: 'RS256' | 'ES256';
  readonly privateKey: KeyObject;
  readonly published: { readonly [member: string]: unknown };
}

/** A signing key pair of an issuer. */
export function signingKey(kid: string, alg: SigningKey['alg'] = 'RS256', modulusLength = 2_048): SigningKey {
  const { publicKey, privateKey } =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { kid, alg, privateKey, published: { ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' } };
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function signed(claims: object, { kid, alg, privateKey }: SigningKey, header: object = {}): string {
  const text = `${part({ alg, kid, typ: 'JWT', ...header })}.${part(claims)}`;
  const key = alg === 'ES256' ? { key: privateKey, dsaEncoding: 'ieee-p1363' as const } : privateKey;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}

export const unsigned = (claims: object): string => `${part({ alg: 'none', kid: 'first' })}.${part(claims)}.`;

/** Signed with HMAC and the public key as the secret. A verifier that trusts `alg` in the header would accept this. */
export function confused(claims: object, { kid, published }: SigningKey): string {
  const text = `${part({ alg: 'HS256', kid })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', JSON.stringify(published)).update(text).digest('base64url')}`;
}

const seconds = (): number => Math.floor(Date.now() / 1_000);
let tokens = 0;

/** The claims of a token of GitHub Actions, with a test's overrides. */
export const claimsOf = (overrides: object = {}): object => ({
  iss: ISSUER,
  aud: AUDIENCE,
  sub: SUBJECT,
  jti: `token-${(tokens += 1)}`,
  repository: 'acme/app',
  iat: seconds(),
  nbf: seconds() - 5,
  exp: seconds() + 300,
  run_attempt: 1,
  ...overrides,
});

/** An issuer that runs on this machine over HTTP. Requests to its public name are redirected to it. */
export class LocalIssuer {
  readonly asked: string[] = [];
  readonly documents = new Map<string, unknown>();
  readonly #server: Server;

  constructor(...keys: readonly SigningKey[]) {
    this.documents.set('/.well-known/openid-configuration', { issuer: ISSUER, jwks_uri: `${ISSUER}/keys` });
    this.publish(...keys);
    this.#server = createServer((request, response) => {
      const document = this.documents.get(request.url ?? '');
      response.writeHead(document === undefined ? 404 : 200).end(JSON.stringify(document));
    });
  }

  publish(...keys: readonly SigningKey[]): void {
    this.documents.set('/keys', { keys: keys.map(({ published }) => published) });
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => void this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** @param clock @default the system clock */
  verifier(clock: () => number = Date.now): OidcTokens {
    const origin = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return new OidcTokens({
      clock,
      fetchDocument: async (url, signal) => {
        this.asked.push(url);
        const response = await fetch(url.replace(ISSUER, origin), { signal });
        if (!response.ok) throw new Error('no document');
        return response.json();
      },
    });
  }
}
