import {
  AUDIENCE,
  claimsOf,
  confused,
  ISSUER,
  LocalIssuer,
  signed,
  signingKey,
  SUBJECT,
  unsigned,
} from './local-issuer';

const HOUR_SECONDS = 3_600;
const EXPECTED = { accountId: 'acc_one', issuer: ISSUER, audience: AUDIENCE };
const first = signingKey('first');
const second = signingKey('second', 'ES256');
/** A key of another issuer with the same key ID as `first`. */
const foreign = signingKey('first');

let issuer: LocalIssuer;
beforeEach(async () => {
  issuer = new LocalIssuer(first, second);
  await issuer.listen();
});
afterEach(() => issuer.close());

const now = (): number => Math.floor(Date.now() / 1_000);
const verify = (token: string) => issuer.verifier().verify(token, EXPECTED);

describe('a token of the issuer', () => {
  test.each([first, second])('a token signed with $alg yields its subject and claims', async (key) => {
    const claims = { ...claimsOf(), jti: 'one', exp: now() + 300 };
    const found = await verify(signed(claims, key));
    expect(found).toMatchObject({ subject: SUBJECT, tokenId: 'one', expiresAt: claims.exp * 1_000 });
    expect(found?.texts.get('repository')).toBe('acme/app');
    expect(found?.texts.has('run_attempt')).toBe(false);
  });

  test('a token with several audiences and without an ID is accepted', async () => {
    const { jti: _jti, ...claims } = claimsOf({ aud: ['other', AUDIENCE] }) as { jti: string };
    await expect(verify(signed(claims, first))).resolves.toMatchObject({ tokenId: undefined });
  });

  test('a token is verified with keys that lack alg and use', async () => {
    const { alg: _alg, use: _use, ...bare } = first.published;
    issuer.documents.set('/keys', { keys: [bare, { kty: 'oct', kid: 'secret', k: 'c2VjcmV0' }, 'nonsense'] });
    await expect(verify(signed(claimsOf(), first))).resolves.toBeDefined();
  });

  test('a token is remembered no longer than its maximum age', async () => {
    const iat = now() - 600;
    const found = await verify(signed(claimsOf({ iat, exp: iat + 365 * 86_400 }), first));
    expect(found?.expiresAt).toBe((iat + HOUR_SECONDS) * 1_000);
  });
});

describe('an invalid token', () => {
  const cases: readonly (readonly [what: string, token: () => string])[] = [
    ['a foreign signature', () => signed(claimsOf(), foreign)],
    ['an unknown key', () => signed(claimsOf(), signingKey('third'))],
    ['no key', () => signed(claimsOf(), first, { kid: undefined })],
    ['no signature', () => unsigned(claimsOf())],
    ['a shared secret', () => confused(claimsOf(), first)],
    ['another algorithm', () => signed(claimsOf(), first, { alg: 'RS512' })],
    ['an algorithm that the key is not for', () => signed(claimsOf(), first, { alg: 'ES256' })],
    ['another issuer', () => signed(claimsOf({ iss: 'https://evil.example.com' }), first)],
    ['the issuer with a slash', () => signed(claimsOf({ iss: `${ISSUER}/` }), first)],
    ['another audience', () => signed(claimsOf({ aud: 'sts.amazonaws.com' }), first)],
    ['no audience', () => signed(claimsOf({ aud: undefined }), first)],
    ['an expiry in the past', () => signed(claimsOf({ exp: now() - 61 }), first)],
    ['no expiry', () => signed(claimsOf({ exp: undefined }), first)],
    ['an expiry that is not a number', () => signed(claimsOf({ exp: 'never' }), first)],
    ['a not-before time in the future', () => signed(claimsOf({ nbf: now() + 120 }), first)],
    ['an issue time in the future', () => signed(claimsOf({ iat: now() + 120 }), first)],
    ['an issue time more than an hour ago', () => signed(claimsOf({ iat: now() - HOUR_SECONDS - 61 }), first)],
    ['no issue time', () => signed(claimsOf({ iat: undefined }), first)],
    ['no subject', () => signed(claimsOf({ sub: undefined }), first)],
    ['a subject that is not a string', () => signed(claimsOf({ sub: { toString: SUBJECT } }), first)],
    ['a changed claim', () => signed(claimsOf(), first).replace(/\.(.{20})/, '.$1x')],
    ['more than the maximum length', () => signed(claimsOf({ more: 'x'.repeat(20_000) }), first)],
    ['trailing padding', () => `${signed(claimsOf(), first)}==`],
    ['a trailing character outside the alphabet', () => `${signed(claimsOf(), first)}!`],
    ['only two parts', () => 'a.b'],
    ['no characters', () => ''],
  ];

  test.each(cases)('a token with %s is rejected', async (_what, token) => {
    await expect(verify(token())).resolves.toBeUndefined();
  });

  test('a malformed token causes no request to the issuer', async () => {
    const verifier = issuer.verifier();
    for (const token of ['', 'a.b.c', unsigned(claimsOf()), signed(claimsOf({ iss: 'https://x.example' }), first)]) {
      await expect(verifier.verify(token, EXPECTED)).resolves.toBeUndefined();
    }
    expect(issuer.asked).toEqual([]);
  });
});

describe('the keys of an issuer', () => {
  test('an issuer’s keys are found through its discovery document and cached', async () => {
    const verifier = issuer.verifier();
    for (let token = 0; token < 3; token += 1) await verifier.verify(signed(claimsOf(), first), EXPECTED);
    expect(issuer.asked).toEqual([`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/keys`]);
  });

  test('an issuer’s keys are fetched again for an unknown key, but not for every token', async () => {
    let time = Date.now();
    const verifier = issuer.verifier(() => time);
    await verifier.verify(signed(claimsOf(), first), EXPECTED);
    const third = signingKey('third');
    issuer.publish(first, third);
    for (let token = 0; token < 5; token += 1) await verifier.verify(signed(claimsOf(), third), EXPECTED);
    expect(issuer.asked).toHaveLength(2);
    time += 11_000;
    await expect(verifier.verify(signed(claimsOf(), third), EXPECTED)).resolves.toBeDefined();
    expect(issuer.asked).toHaveLength(4);
  });

  test.each([
    ['of another issuer', { issuer: 'https://evil.example.com', jwks_uri: `${ISSUER}/keys` }],
    ['with a private key address', { issuer: ISSUER, jwks_uri: 'https://169.254.169.254/keys' }],
    ['with a key address that is not HTTPS', { issuer: ISSUER, jwks_uri: 'http://oidc.example.com/keys' }],
    ['without a key address', { issuer: ISSUER }],
    ['that is not an object', 'nothing'],
  ])('a discovery document %s is rejected', async (_what, document) => {
    issuer.documents.set('/.well-known/openid-configuration', document);
    await expect(verify(signed(claimsOf(), first))).resolves.toBeUndefined();
    expect(issuer.asked).toHaveLength(1);
  });

  test.each([
    ['no keys', { keys: [] }],
    ['too many keys', { keys: Array.from({ length: 101 }, () => first.published) }],
    ['no list of keys', { keys: 'none' }],
    ['a short RSA key', { keys: [signingKey('first', 'RS256', 1_024).published] }],
  ])('a key set with %s is rejected', async (_what, document) => {
    issuer.documents.set('/keys', document);
    await expect(verify(signed(claimsOf(), first))).resolves.toBeUndefined();
  });

  test.each([
    ['a point that is not on its curve', { ...second.published, x: first.published['n'] }, second],
    ['a point without bytes', { ...second.published, x: '=', y: '=' }, second],
    ['an exponent without bytes', { ...first.published, e: '=' }, first],
    ['a modulus without bytes', { ...first.published, n: '='.repeat(400) }, first],
    ['an even exponent', { ...first.published, e: 'AA' }, first],
    ['a modulus of a quarter of a million bits', { ...first.published, n: 'x'.repeat(43_000) }, first],
  ])('a published key with %s verifies nothing', async (_what, published, key) => {
    issuer.documents.set('/keys', { keys: [published] });
    await expect(verify(signed(claimsOf(), key))).resolves.toBeUndefined();
  });

  test('withdrawn keys verify nothing after an hour, even if no key is left', async () => {
    let time = Date.now();
    const verifier = issuer.verifier(() => time);
    await verifier.verify(signed(claimsOf(), first), EXPECTED);
    issuer.publish();
    time += HOUR_SECONDS * 1_000;
    const claims = claimsOf({ iat: now() + HOUR_SECONDS - 300, nbf: undefined, exp: now() + 2 * HOUR_SECONDS });
    await expect(verifier.verify(signed(claims, first), EXPECTED)).resolves.toBeUndefined();
  });

  test('a token is rejected if the issuer’s keys cannot be fetched', async () => {
    issuer.documents.clear();
    await expect(verify(signed(claimsOf(), first))).resolves.toBeUndefined();
  });
});
