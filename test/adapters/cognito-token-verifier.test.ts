import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { CognitoTokenVerifier, userPoolIssuer } from '../../lambdas/adapters/cognito/cognito-token-verifier';
import { ServiceUnavailable } from '../../lambdas/domain/errors/app-error';

const ISSUER = userPoolIssuer('eu-central-1_AbCdEf123');
const CLIENT = '3n4b5urk1ft4fl3mg5e62d9ado';
const SUBJECT = '14a8b4c8-0081-70de-b0f5-4fe4d36dd8b7';
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A signing key pair of a user pool. */
function pair(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return { kid, privateKey, published: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
}

const first = pair('first');
const second = pair('second');
/** A key of another pool with the same key ID as `first`. */
const foreign = pair('first');

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = (): number => Math.floor(Date.now() / SECOND);

/** The claims of an access token of Cognito, with a test's overrides. */
const claims = (overrides: object = {}) => ({
  sub: SUBJECT,
  iss: ISSUER,
  client_id: CLIENT,
  token_use: 'access',
  scope: 'openid email',
  auth_time: now(),
  iat: now(),
  exp: now() + 900,
  jti: 'a1b2',
  username: SUBJECT,
  ...overrides,
});

interface Signing {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

function token(payload: object = claims(), { kid, privateKey }: Signing = first, header: object = {}): string {
  const text = `${part({ alg: 'RS256', kid, ...header })}.${part(payload)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`;
}

/** A verifier with a fake pool, whose published keys a test can change. */
function stage(published: unknown = { keys: [first.published] }) {
  const state = { now: 0, published, fails: false, fetches: 0 };
  const fetchKeys = () => {
    state.fetches += 1;
    return state.fails ? Promise.reject(new Error('not now')) : Promise.resolve(state.published);
  };
  const options = { issuer: ISSUER, clientIds: [CLIENT], clock: () => state.now, fetchKeys };
  return { state, verifier: new CognitoTokenVerifier(options) };
}

describe('an access token', () => {
  test('an access token yields subject, client, issue time and the time of the sign-in', async () => {
    const issuedAt = now() - 60;
    const signedInAt = now() - 3_600;
    const refreshed = token(claims({ iat: issuedAt, auth_time: signedInAt }));
    await expect(stage().verifier.verify(refreshed)).resolves.toEqual({
      subject: SUBJECT,
      clientId: CLIENT,
      issuedAt: issuedAt * SECOND,
      signedInAt: signedInAt * SECOND,
    });
  });

  test('groups and roles in an access token are ignored', async () => {
    const boasting = claims({ 'cognito:groups': ['operator'], role: 'owner', 'custom:role': 'owner' });
    const identity = await stage().verifier.verify(token(boasting));
    expect(Object.keys(identity ?? {})).toEqual(['subject', 'clientId', 'issuedAt', 'signedInAt']);
  });
});

const idClaims = () => {
  const { client_id: aud, ...others } = claims({ token_use: 'id', email: 'owner@example.test' });
  return { ...others, aud };
};

/** Signed with HMAC and the public key as the secret. A verifier that trusts `alg` in the header would accept this. */
function confused(alg: string): string {
  const text = `${part({ alg, kid: 'first' })}.${part(claims())}`;
  return `${text}.${createHmac('sha256', JSON.stringify(first.published)).update(text).digest('base64url')}`;
}

const [header = '', payload = '', signature = ''] = token().split('.');

/** The same bytes of the signature, with the characters of plain base64. */
const inBase64 = `${header}.${payload}.${Buffer.from(signature, 'base64url').toString('base64').replace(/=+$/, '')}`;

/** The same bytes of the signature. Its last character carries two bits, and four that no byte needs. */
const withUnusedBits = `${header}.${payload}.${signature.slice(0, -1)}${String.fromCharCode(signature.charCodeAt(341) + 1)}`;

test.each([
  ['an id token', token(idClaims())],
  ['an id token that also names the client', token(claims({ token_use: 'id', aud: CLIENT }))],
  ['an unknown token use', token(claims({ token_use: 'refresh' }))],
  ['no token use', token(claims({ token_use: undefined }))],
  ['another client', token(claims({ client_id: 'another' }))],
  ['a list of clients that includes ours', token(claims({ client_id: [CLIENT] }))],
  ['no client', token(claims({ client_id: undefined }))],
  ['another pool', token(claims({ iss: userPoolIssuer('eu-central-1_Other1234') }))],
  ['another pool that claims to be ours', token(claims(), foreign)],
  ['another issuer', token(claims({ iss: 'https://example.com/eu-central-1_AbCdEf123' }))],
  ['an issuer that only begins like ours', token(claims({ iss: `${ISSUER}/` }))],
  ['no issuer', token(claims({ iss: undefined }))],
  ['an expiry in the past', token(claims({ exp: now() - 1 }))],
  ['an expiry at this moment', token(claims({ exp: now() }))],
  ['a not-before time in the future', token(claims({ nbf: now() + 60 }))],
  ['no subject', token(claims({ sub: undefined }))],
  ['a subject with a separator of table keys', token(claims({ sub: 'a#b' }))],
  ['an invalid issue time', token(claims({ iat: 'yesterday' }))],
  ['an unknown key ID', token(claims(), { ...first, kid: 'third' })],
  ['no key ID', token(claims(), first, { kid: undefined })],
  ['a key ID that is a path', token(claims(), { ...first, kid: '../../first' })],
  ['a key ID that is an inherited property', token(claims(), { ...first, kid: '__proto__' })],
  ['an embedded key', token(claims(), foreign, { jwk: foreign.published, kid: 'foreign' })],
  ['a key address', token(claims(), foreign, { jku: 'https://example.com/keys' })],
  ['another algorithm', token(claims(), first, { alg: 'RS384' })],
  ['alg none without a signature', `${part({ alg: 'none', kid: 'first' })}.${payload}.`],
  ['alg none in other letter case', `${part({ alg: 'NoNe' })}.${payload}.`],
  ['alg none with a signature', `${part({ alg: 'none', kid: 'first' })}.${payload}.${signature}`],
  ['HMAC with the public key', confused('HS256')],
  ['HMAC declared as RSA', confused('RS256')],
  ['an altered payload', `${header}.${part(claims({ sub: '24a8b4c8-0081-70de-b0f5-4fe4d36dd8b7' }))}.${signature}`],
  ['a missing signature', `${header}.${payload}.`],
  ['only two parts', `${header}.${payload}`],
  ['four parts', `${header}.${payload}.${signature}.${signature}`],
  ['a Bearer prefix', `Bearer ${token()}`],
  ['a trailing line break', `${token()}\n`],
  ['trailing padding', `${token()}==`],
  ['padding behind its payload', `${header}.${payload}=.${signature}`],
  ['a signature in another base64 alphabet', inBase64],
  ['unused bits behind its signature', withUnusedBits],
  ['an empty string', ''],
  ['only dots', '..'],
  ['an API key', 'tg_01ARZ3NDEKTSV4RRFFQ69G5FAV_0000'],
  ['a payload that is an array', `${header}.${part([])}.${signature}`],
  ['a header that is null', `${part(null)}.${payload}.${signature}`],
  ['a payload that is not UTF-8', `${header}.${Buffer.from([0xff, 0xfe]).toString('base64url')}.${signature}`],
  ['more than the maximum length', token(claims({ padding: 'x'.repeat(8_192) }))],
])('a token is rejected: %s', async (_what, text) => {
  await expect(stage().verifier.verify(text)).resolves.toBeUndefined();
});

describe("the pool's keys", () => {
  test('a pool’s keys are fetched for the first token, once for concurrent tokens, and again after an hour', async () => {
    const { state, verifier } = stage();
    expect(state.fetches).toBe(0);
    const many = await Promise.all([1, 2, 3].map(() => verifier.verify(token())));
    expect(many.every((identity) => identity?.subject === SUBJECT)).toBe(true);
    state.now = 59 * MINUTE;
    await verifier.verify(token());
    expect(state.fetches).toBe(1);
    state.now = 60 * MINUTE;
    await verifier.verify(token());
    expect(state.fetches).toBe(2);
  });

  test('a token with a new key causes an immediate fetch of the pool’s keys', async () => {
    const { state, verifier } = stage();
    await verifier.verify(token());
    state.now = 10 * SECOND;
    state.published = { keys: [first.published, second.published] };
    await expect(verifier.verify(token(claims(), second))).resolves.toMatchObject({ subject: SUBJECT });
    await expect(verifier.verify(token())).resolves.toMatchObject({ subject: SUBJECT });
    expect(state.fetches).toBe(2);
  });

  test('withdrawn keys of a pool verify nothing after an hour', async () => {
    const { state, verifier } = stage();
    await verifier.verify(token());
    state.published = { keys: [second.published] };
    state.now = 60 * MINUTE;
    await expect(verifier.verify(token())).resolves.toBeUndefined();
  });

  test('tokens with unknown keys cause a fetch at most every ten seconds', async () => {
    const { state, verifier } = stage();
    await verifier.verify(token());
    for (state.now = 0; state.now < 20 * SECOND; state.now += SECOND)
      await verifier.verify(token(claims(), { ...first, kid: `unknown-${state.now}` }));
    expect(state.fetches).toBe(2);
  });

  test('stale keys stay in use while the pool does not answer, without a fetch for every token', async () => {
    const { state, verifier } = stage();
    await verifier.verify(token());
    state.fails = true;
    state.now = 2 * 60 * MINUTE;
    await expect(verifier.verify(token())).resolves.toMatchObject({ subject: SUBJECT });
    await verifier.verify(token());
    expect(state.fetches).toBe(2);
    state.fails = false;
    state.published = { keys: [second.published] };
    state.now += 10 * SECOND;
    await expect(verifier.verify(token())).resolves.toBeUndefined();
  });

  test('stale keys stay in use for at most a day', async () => {
    const { state, verifier } = stage();
    await verifier.verify(token());
    state.fails = true;
    state.now = 24 * 60 * MINUTE - 10 * SECOND;
    await expect(verifier.verify(token())).resolves.toMatchObject({ subject: SUBJECT });
    state.now = 24 * 60 * MINUTE;
    await expect(verifier.verify(token())).rejects.toThrow(ServiceUnavailable);
    await expect(verifier.verify(token())).rejects.toThrow(ServiceUnavailable);
    state.fails = false;
    await expect(verifier.verify(token())).resolves.toMatchObject({ subject: SUBJECT });
  });

  test.each([
    ['null', null],
    ['no keys', { keys: [] }],
    ['HTML', '<html>'],
    ['keys for encryption', { keys: [{ ...first.published, use: 'enc' }] }],
    ['shared secrets', { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'first', alg: 'HS256', use: 'sig' }] }],
  ])(
    'an unusable key set (%s) is reported as unavailable, and the next token causes another fetch',
    async (_, keys) => {
      const { state, verifier } = stage(keys);
      await expect(verifier.verify(token())).rejects.toThrow(ServiceUnavailable);
      state.fails = true;
      await expect(verifier.verify(token())).rejects.toThrow(ServiceUnavailable);
      state.fails = false;
      state.published = { keys: [first.published] };
      await expect(verifier.verify(token())).resolves.toMatchObject({ subject: SUBJECT });
    },
  );

  test('a pool’s keys can be fetched over HTTP', async () => {
    const server = createServer((_request, response) => response.end(JSON.stringify({ keys: [first.published] })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const issuer = `http://127.0.0.1:${port}/local_pool`;
    const fetchKeys = async (): Promise<unknown> =>
      json((await fetch(`${issuer}/.well-known/jwks.json`)).body as NonNullable<Parameters<typeof json>[0]>);
    const verifier = new CognitoTokenVerifier({ issuer, clientIds: [CLIENT], clock: () => 0, fetchKeys });
    await expect(verifier.verify(token(claims({ iss: issuer })))).resolves.toMatchObject({ subject: SUBJECT });
    await expect(verifier.verify(token())).resolves.toBeUndefined();
    await new Promise((resolve) => server.close(resolve));
  });
});

test('a verifier without a client ID cannot be created', () => {
  expect(() => new CognitoTokenVerifier({ issuer: ISSUER, clientIds: [], clock: () => 0 })).toThrow(RangeError);
});
