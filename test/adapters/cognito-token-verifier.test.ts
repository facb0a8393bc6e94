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

/** A pair of keys that a pool may sign with. */
function pair(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  return { kid, privateKey, published: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
}

const first = pair('first');
const second = pair('second');
/** Of another pool, which calls it as ours does. */
const foreign = pair('first');

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = (): number => Math.floor(Date.now() / SECOND);

/** As Cognito writes it, with what a test has otherwise. */
const claims = (otherwise: object = {}) => ({
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
  ...otherwise,
});

interface Signing {
  readonly kid: string;
  readonly privateKey: KeyObject;
}

function token(payload: object = claims(), { kid, privateKey }: Signing = first, header: object = {}): string {
  const text = `${part({ alg: 'RS256', kid, ...header })}.${part(payload)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), privateKey).toString('base64url')}`;
}

/** A verifier, and the pool whose published keys a test can change. */
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
  test('says who, through which client, and since when', async () => {
    const issuedAt = now() - 60;
    await expect(stage().verifier.verify(token(claims({ iat: issuedAt })))).resolves.toEqual({
      subject: SUBJECT,
      clientId: CLIENT,
      issuedAt: issuedAt * SECOND,
    });
  });

  test('may claim groups and roles; nobody hears of them', async () => {
    const boasting = claims({ 'cognito:groups': ['operator'], role: 'owner', 'custom:role': 'owner' });
    const identity = await stage().verifier.verify(token(boasting));
    expect(Object.keys(identity ?? {})).toEqual(['subject', 'clientId', 'issuedAt']);
  });
});

const idClaims = () => {
  const { client_id: aud, ...others } = claims({ token_use: 'id', email: 'owner@example.test' });
  return { ...others, aud };
};

/** Signed with the public key as if it were a shared secret: what a verifier takes that believes the header. */
function confused(alg: string): string {
  const text = `${part({ alg, kid: 'first' })}.${part(claims())}`;
  return `${text}.${createHmac('sha256', JSON.stringify(first.published)).update(text).digest('base64url')}`;
}

const [header = '', payload = '', signature = ''] = token().split('.');

test.each([
  ['an id token', token(idClaims())],
  ['an id token that also names the client', token(claims({ token_use: 'id', aud: CLIENT }))],
  ['a token of no known use', token(claims({ token_use: 'refresh' }))],
  ['a token without a use', token(claims({ token_use: undefined }))],
  ["another client's", token(claims({ client_id: 'another' }))],
  ['a list of clients with ours among them', token(claims({ client_id: [CLIENT] }))],
  ['one without a client', token(claims({ client_id: undefined }))],
  ["another pool's", token(claims({ iss: userPoolIssuer('eu-central-1_Other1234') }))],
  ["another pool's that claims to be ours", token(claims(), foreign)],
  ["another issuer's", token(claims({ iss: 'https://example.com/eu-central-1_AbCdEf123' }))],
  ['one whose issuer only begins as ours', token(claims({ iss: `${ISSUER}/` }))],
  ['one without an issuer', token(claims({ iss: undefined }))],
  ['an expired one', token(claims({ exp: now() - 1 }))],
  ['one that expires as it is seen', token(claims({ exp: now() }))],
  ['one that is not valid yet', token(claims({ nbf: now() + 60 }))],
  ['one without a subject', token(claims({ sub: undefined }))],
  ['one whose subject would be more than a part of a key', token(claims({ sub: 'a#b' }))],
  ['one issued at no time', token(claims({ iat: 'yesterday' }))],
  ['one by an unknown key', token(claims(), { ...first, kid: 'third' })],
  ['one by no key', token(claims(), first, { kid: undefined })],
  ['one whose key is a path', token(claims(), { ...first, kid: '../../first' })],
  ['one whose key is a property that every object has', token(claims(), { ...first, kid: '__proto__' })],
  ['one that brings its own key', token(claims(), foreign, { jwk: foreign.published, kid: 'foreign' })],
  ['one that says where its key is', token(claims(), foreign, { jku: 'https://example.com/keys' })],
  ['one by another algorithm', token(claims(), first, { alg: 'RS384' })],
  ['alg none without a signature', `${part({ alg: 'none', kid: 'first' })}.${payload}.`],
  ['alg none in other letters', `${part({ alg: 'NoNe' })}.${payload}.`],
  ['alg none with a signature', `${part({ alg: 'none', kid: 'first' })}.${payload}.${signature}`],
  ['HMAC with the public key', confused('HS256')],
  ['HMAC that is called RSA', confused('RS256')],
  ['one that was changed', `${header}.${part(claims({ sub: '24a8b4c8-0081-70de-b0f5-4fe4d36dd8b7' }))}.${signature}`],
  ['one without its signature', `${header}.${payload}.`],
  ['two parts', `${header}.${payload}`],
  ['four parts', `${header}.${payload}.${signature}.${signature}`],
  ['a scheme before it', `Bearer ${token()}`],
  ['a line break behind it', `${token()}\n`],
  ['nothing', ''],
  ['dots', '..'],
  ['text', 'tg_01ARZ3NDEKTSV4RRFFQ69G5FAV_0000'],
  ['an array as payload', `${header}.${part([])}.${signature}`],
  ['null as header', `${part(null)}.${payload}.${signature}`],
  ['bytes that are no text', `${header}.${Buffer.from([0xff, 0xfe]).toString('base64url')}.${signature}`],
  ['more than a token has', token(claims({ padding: 'x'.repeat(8_192) }))],
])('%s is nobody', async (_what, text) => {
  await expect(stage().verifier.verify(text)).resolves.toBeUndefined();
});

describe("the pool's keys", () => {
  test('are fetched at the first token, once for many at a time, and again after an hour', async () => {
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

  test('may rotate: a token by a new key has them fetched at once', async () => {
    const { state, verifier } = stage();
    await verifier.verify(token());
    state.now = 10 * SECOND;
    state.published = { keys: [first.published, second.published] };
    await expect(verifier.verify(token(claims(), second))).resolves.toMatchObject({ subject: SUBJECT });
    await expect(verifier.verify(token())).resolves.toMatchObject({ subject: SUBJECT });
    expect(state.fetches).toBe(2);
  });

  test('verify nothing an hour after they were withdrawn', async () => {
    const { state, verifier } = stage();
    await verifier.verify(token());
    state.published = { keys: [second.published] };
    state.now = 60 * MINUTE;
    await expect(verifier.verify(token())).resolves.toBeUndefined();
  });

  test('are fetched no more than every ten seconds for tokens by unknown keys', async () => {
    const { state, verifier } = stage();
    await verifier.verify(token());
    for (state.now = 0; state.now < 20 * SECOND; state.now += SECOND)
      await verifier.verify(token(claims(), { ...first, kid: `unknown-${state.now}` }));
    expect(state.fetches).toBe(2);
  });

  test('serve on while the pool does not answer, and it is not asked for every token', async () => {
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

  test('serve on for a day', async () => {
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
    ['are nothing', null],
    ['are none', { keys: [] }],
    ['are a page', '<html>'],
    ['are for something else', { keys: [{ ...first.published, use: 'enc' }] }],
    ['are shared secrets', { keys: [{ kty: 'oct', k: 'c2VjcmV0', kid: 'first', alg: 'HS256', use: 'sig' }] }],
  ])(
    'that %s are a failure of ours, which says nothing of the token, and the next token asks again',
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

  test('can come over HTTP', async () => {
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

test('a verifier without a client is a mistake', () => {
  expect(() => new CognitoTokenVerifier({ issuer: ISSUER, clientIds: [], clock: () => 0 })).toThrow(RangeError);
});
