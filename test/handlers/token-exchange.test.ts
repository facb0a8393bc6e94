import { payerIn } from './api-examples';
import { newTrustSchema, TOKEN_EXCHANGE_GRANT } from '../../lambdas/contracts/http/federation';
import { budgetCounterKey, counterIdOfTrust } from '../../lambdas/contracts/storage/table-keys/keys';
import { KEYS } from '../../lambdas/contracts/storage/tables';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import { eraseItems } from '../../lambdas/domain/privacy/erasure/erase-items';
import { AUDIENCE, claimsOf, ISSUER, LocalIssuer, signed, signingKey, SUBJECT } from '../adapters/local-issuer';
import { FaultyStore } from '../domain/wallet/faulty-store';
import { ApiStage, type Answered } from './api-stage';

const JWT = 'urn:ietf:params:oauth:token-type:jwt';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const TRUST = newTrustSchema.parse({
  name: 'CI',
  issuer: ISSUER,
  audience: AUDIENCE,
  subject: 'repo:acme/*:ref:refs/heads/main',
  claims: { repository: 'acme/app' },
});
const key = signingKey('first');

let issuer: LocalIssuer;
let stage: ApiStage;
let trustId: string;
let stores: FaultyStore[];
beforeEach(async () => {
  issuer = new LocalIssuer(key);
  await issuer.listen();
  stores = [];
  const wrap = (engine: ConstructorParameters<typeof FaultyStore>[0]) => {
    stores.push(new FaultyStore(engine));
    return stores[0]!;
  };
  stage = await ApiStage.open({ federatedTokens: issuer.verifier(), wrap });
  // The token library uses the system’s time.
  stage.now = Date.now();
  ({ trustId } = await trusted());
});
afterEach(() => issuer.close());

const trusted = async (otherwise: object = {}, accountId = stage.accountId) => {
  const payer = await payerIn(stage, accountId);
  return stage.parts.trusts.create({ accountId, trust: { ...TRUST, payer, ...otherwise }, actor: DEPLOYMENT });
};

const formOf = (otherwise: { readonly [name: string]: string } = {}): string =>
  new URLSearchParams({
    grant_type: TOKEN_EXCHANGE_GRANT,
    audience: `${stage.accountId}/${trustId}`,
    subject_token_type: JWT,
    subject_token: signed(claimsOf(), key),
    ...otherwise,
  }).toString();

const ask = (body: string, headers: { readonly [name: string]: string } = FORM): Promise<Answered> =>
  stage.ask({ method: 'POST', path: '/v1/token', body, headers });
const exchange = (token: string, otherwise = {}) => ask(formOf({ subject_token: token, ...otherwise }));
const keyIn = ({ body }: Answered): string => String(body['access_token']);

describe('a token of an issuer that an account trusts', () => {
  test('a trusted token is exchanged for a key that is valid for the account until it expires', async () => {
    const response = await ask(formOf());
    expect(response).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: {
        access_token: expect.stringMatching(/^tg_/) as string,
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 900,
      },
    });
    expect(await stage.parts.keys.verify(keyIn(response))).toMatchObject({ accountId: stage.accountId });
    stage.now += 900_000;
    expect(await stage.parts.keys.verify(keyIn(response))).toBeUndefined();
  });

  test('an exchanged key is listed as the trust’s, can be revoked, and is deleted a day after its expiry', async () => {
    const response = await ask(formOf());
    const [, keyId = ''] = keyIn(response).split('_');
    expect(await stage.parts.keys.get(stage.accountId, keyId)).toMatchObject({ createdBy: trustId });
    await stage.parts.keys.revoke(keyId, { accountId: stage.accountId });
    expect(await stage.parts.keys.verify(keyIn(response))).toBeUndefined();
    stage.now += 900_000 + 86_400_000 + 1_000;
    expect(await stage.parts.keys.list(stage.accountId)).toEqual([]);
    expect(await stage.store.query({ table: KEYS, partition: keyId })).toEqual({ items: [] });
  });

  test('the keys of a trust have its rules and share their counters', async () => {
    const rules = { requestsPerMinute: 5, models: ['gpt-5*'] };
    ({ trustId } = await trusted({ rules }));
    const [one, other] = [await ask(formOf()), await ask(formOf())];
    const owners = [await stage.parts.keys.verify(keyIn(one)), await stage.parts.keys.verify(keyIn(other))];
    expect(owners.map((owner) => owner?.rules)).toEqual([rules, rules]);
    expect(owners.map((owner) => owner?.counterId)).toEqual(Array(2).fill(trustId.replace('tru_', '')));
  });

  test('an exchange has no audit event, but the creation and deletion of a trust have', async () => {
    await ask(formOf());
    await stage.parts.trusts.delete({ accountId: stage.accountId, trustId, actor: DEPLOYMENT });
    const { items } = await stage.parts.audit.page(stage.accountId, { limit: 2 });
    expect(items.map(({ action, target }) => [action, target])).toEqual([
      ['federation.delete', trustId],
      ['federation.create', trustId],
    ]);
    expect(JSON.stringify(items)).not.toContain('acme');
  });

  test('the counters of a deleted trust are found by its ID when its account is erased', async () => {
    ({ trustId } = await trusted({ rules: { requestsPerMinute: 5 } }));
    await stage.parts.trusts.delete({ accountId: stage.accountId, trustId, actor: DEPLOYMENT });
    const counter = budgetCounterKey(counterIdOfTrust(trustId), 'total');
    await stage.store.write({ table: KEYS, put: { ...counter, countedPico: 1n } });
    await eraseItems({ store: stage.store }, { ownerId: stage.accountId, kind: 'account' }, undefined);
    expect(await stage.store.get({ table: KEYS, key: counter })).toBeUndefined();
  });

  test('an exchange whose store reply was lost creates one key', async () => {
    stores[0]?.plan('lost reply');
    const response = await ask(formOf());
    expect(await stage.parts.keys.verify(keyIn(response))).toBeDefined();
    expect(await stage.parts.keys.list(stage.accountId)).toHaveLength(1);
  });
});

/** The only response to a refused token. */
const REFUSED = {
  type: 'about:blank',
  title: 'Unauthorized',
  status: 401,
  code: 'token_refused',
  detail: 'The token was refused. Its issuer, audience, subject, claims and age must match the trust.',
};

describe('a token is refused in one way', () => {
  const cases: readonly (readonly [what: string, request: () => Promise<Answered>])[] = [
    ['an unknown trust', () => ask(formOf({ audience: `${stage.accountId}/tru_01JD0000000000000000000000` }))],
    ['the trust of another account', () => ask(formOf({ audience: `${stage.otherAccountId}/${trustId}` }))],
    ['text that is not a token', () => exchange('a.b.c')],
    ['a foreign signature', () => exchange(signed(claimsOf(), signingKey('first')))],
    ['another subject', () => exchange(signed(claimsOf({ sub: 'repo:acme/app:pull_request' }), key))],
    ['another owner', () => exchange(signed(claimsOf({ sub: SUBJECT.replace('acme', 'evil') }), key))],
    ['another claim', () => exchange(signed(claimsOf({ repository: 'acme/other' }), key))],
    ['no such claim', () => exchange(signed(claimsOf({ repository: undefined }), key))],
    ['a claim that is a list', () => exchange(signed(claimsOf({ repository: ['acme/app'] }), key))],
    ['no id that marks it as used', () => exchange(signed(claimsOf({ jti: undefined }), key))],
    [
      'an issuer that does not respond',
      async () => {
        issuer.documents.clear();
        return ask(formOf());
      },
    ],
    [
      'a deleted trust',
      async () => {
        await stage.parts.trusts.delete({ accountId: stage.accountId, trustId, actor: DEPLOYMENT });
        return ask(formOf());
      },
    ],
    [
      'a suspended account',
      async () => {
        await stage.parts.accounts.suspend({ accountId: stage.accountId, reason: 'abuse', actor: DEPLOYMENT });
        return ask(formOf());
      },
    ],
    [
      'a token that was exchanged before',
      async () => {
        const form = formOf();
        expect((await ask(form)).status).toBe(200);
        return ask(form);
      },
    ],
  ];

  test.each(cases)('an exchange with %s is refused', async (_what, request) => {
    const { status, body } = await request();
    expect([status, body]).toEqual([401, REFUSED]);
    expect(stage.logged.at(-1)).toMatch(/^\["TOKEN_REFUSED",\{"accountId":"acc_\w+","cause":"[a-z_]+"\}\]$/);
  });
});

test('a caller that keeps failing is refused before its token is verified, and others are not', async () => {
  const from = (address: string) => ({ ...FORM, 'x-tollgate-client-address': address });
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const refused = await ask(formOf({ subject_token: 'a.b.c' }), from('192.0.2.1'));
    expect(refused.status).toBe(401);
  }
  const { status, body } = await ask(formOf(), from('192.0.2.1'));
  expect([status, body['code']]).toEqual([429, 'too_many_attempts']);
  expect((await ask(formOf(), from('198.51.100.1'))).status).toBe(200);
});

describe('a token that is used twice', () => {
  test('two concurrent exchanges of one token create one key', async () => {
    const form = formOf();
    const statuses = (await Promise.all(Array.from({ length: 5 }, () => ask(form)))).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 401, 401, 401, 401]);
    expect(await stage.parts.keys.list(stage.accountId)).toHaveLength(1);
  });

  test('a token is accepted again if the trust allows repeated use', async () => {
    ({ trustId } = await trusted({ singleUse: false }));
    const form = formOf();
    expect([(await ask(form)).status, (await ask(form)).status]).toEqual([200, 200]);
  });

  test('only a hash of a used token’s id is stored', async () => {
    const written: string[] = [];
    const transact = stage.store.transact.bind(stage.store);
    stage.store.transact = (writes, token) => {
      written.push(JSON.stringify(writes, (_name, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)));
      return transact(writes, token);
    };
    expect((await exchange(signed(claimsOf({ jti: 'a-name' }), key))).status).toBe(200);
    expect(
      (await exchange(signed(claimsOf({ jti: 'a-name', iat: Math.floor(Date.now() / 1_000) - 9 }), key))).status,
    ).toBe(401);
    expect((await exchange(signed(claimsOf({ jti: 'another' }), key))).status).toBe(200);
    expect(written.join()).toMatch(/exchanged#[0-9a-f]{64}/);
    expect(written.join()).not.toContain('a-name');
  });
});

describe('an invalid request for an exchange', () => {
  test.each([
    ['another grant', { grant_type: 'client_credentials' }, 'grant_type'],
    ['another kind of token', { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }, 'subject_token_type'],
    ['no trust', { audience: 'tollgate' }, 'audience'],
    ['extra parts in the name of the trust', { audience: 'acc_x/tru_y/z' }, 'audience'],
    ['no token', { subject_token: '' }, 'subject_token'],
    ['a longer token', { subject_token: 'x'.repeat(16_385) }, 'subject_token'],
    ['another requested token type', { requested_token_type: JWT }, 'requested_token_type'],
  ])('an exchange with %s is answered with 400', async (_what, otherwise, pointer) => {
    const { status, body } = await ask(formOf(otherwise));
    expect([status, body['code'], body['errors']]).toEqual([
      400,
      'invalid_request',
      [expect.objectContaining({ pointer })],
    ]);
  });

  test('an error about an invalid audience says how a trust is named', async () => {
    const errors = [{ pointer: 'audience', detail: 'must be <accountId>/<trustId>' }];
    expect((await ask(formOf({ audience: 'tollgate' }))).body).toMatchObject({ errors });
  });

  test('a token in the URL is refused', async () => {
    const request = { method: 'POST', path: '/v1/token', headers: FORM, body: formOf(), query: 'subject_token=x.y.z' };
    const errors = [{ pointer: 'subject_token', detail: 'must be sent in the form, not in the URL' }];
    expect(await stage.ask(request)).toMatchObject({ status: 400, body: { code: 'invalid_request', errors } });
  });

  test('a repeated parameter, another content type and a body that is too large are refused', async () => {
    expect((await ask(`${formOf()}&audience=x`)).status).toBe(400);
    expect((await ask(JSON.stringify({}), { 'content-type': 'application/json' })).status).toBe(415);
    expect((await ask(`x=${'y'.repeat(33_000)}`)).status).toBe(413);
    expect((await ask(formOf(), { ...FORM, 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await stage.ask({ method: 'GET', path: '/v1/token' })).status).toBe(401);
  });
});

test('the number of trusts of an account is limited', async () => {
  for (let count = 1; count < 50; count += 1) await trusted();
  await expect(trusted()).rejects.toMatchObject({ code: 'limit_reached' });
  await expect(trusted({}, stage.otherAccountId)).resolves.toBeDefined();
});

test('a trust is shown as it was created', async () => {
  const request = { path: `/v1/accounts/${stage.accountId}/trusts`, as: 'admin' };
  const rules = { requestsPerMinute: 5 };
  const created = await stage.ask({ ...request, method: 'POST', body: { ...TRUST, rules } });
  expect(created).toMatchObject({ status: 201, body: { ...TRUST, rules, createdBy: stage.person('admin') } });
  const path = `${request.path}/${String(created.body['trustId'])}`;
  expect((await stage.ask({ ...request, path, method: 'GET' })).body).toEqual(created.body);
  const unknown = `${request.path}/tru_01JD0000000000000000000000`;
  for (const method of ['GET', 'DELETE']) {
    expect((await stage.ask({ ...request, path: unknown, method })).body['code']).toBe('trust_not_found');
  }
});
