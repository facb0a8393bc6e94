import { payerIn } from './api-examples';
import { auditEventKey } from '../../lambdas/contracts/storage/table-keys/audit';
import { AUDIT } from '../../lambdas/contracts/storage/tables';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import type { TableStore } from '../../lambdas/domain/table/table-store';
import { FaultyStore } from '../domain/wallet/faulty-store';
import { ApiStage } from './api-stage';

let stage: ApiStage;
let account: string;
beforeEach(async () => {
  stage = await ApiStage.open();
  account = `/v1/accounts/${stage.accountId}`;
});

const KEY = /^tg_[0-9A-Z]{26}_[0-9A-Za-z]{43}$/;

describe('a response', () => {
  test('a response is JSON, is never cached and has the request’s id', async () => {
    const { headers, body } = await stage.ask({ method: 'GET', path: '/v1/me', as: 'owner' });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-request-id': 'r-1',
    });
    expect(body).toMatchObject({ personId: stage.person('owner'), isOperator: false });
  });

  test('an unknown route is answered with problem details', async () => {
    for (const path of ['/v1/nothing', '/v2/me', '/', '/v1/me/']) {
      const { status, body, headers } = await stage.ask({ method: 'GET', path, as: 'owner' });
      expect([status, body['code']]).toEqual([404, 'not_found']);
      expect(headers).toMatchObject({ 'content-type': 'application/problem+json', 'x-request-id': 'r-1' });
    }
  });

  test('a store failure is answered with 503 and a retry-after', async () => {
    const faulty: FaultyStore[] = [];
    stage = await ApiStage.open({ wrap: (store) => (faulty[0] = new FaultyStore(store)) });
    faulty[0]!.plan(...Array.from({ length: 12 }, () => 'unreachable' as const));
    const path = `/v1/accounts/${stage.accountId}/keys`;
    const { status, body, headers } = await stage.ask({ method: 'POST', path, as: 'owner', body: {} });
    expect([status, body['code'], headers['retry-after']]).toEqual([503, 'service_unavailable', '1']);
  });

  test('an internal failure reveals nothing, and the log has only the name of the error', async () => {
    const of = () => Promise.reject(new TypeError('someone@example.test'));
    stage = await ApiStage.open({ emails: { of } });
    const { parts, accountId } = stage;
    const invited = { accountId, email: 'someone@example.test', role: 'auditor', actor: DEPLOYMENT } as const;
    const { token } = await parts.invitations.create(invited);
    const answer = await stage.ask({ method: 'POST', path: '/v1/invitations/accept', as: 'new', body: { token } });
    expect([answer.status, answer.body['code']]).toEqual([500, 'internal_error']);
    expect(answer.text + stage.logged.join()).not.toContain('example.test');
    expect(stage.logged).toEqual([JSON.stringify(['REQUEST_FAILED', { requestId: 'r-1', cause: 'TypeError' }])]);
  });
});

describe('a change', () => {
  const rename = (headers: { readonly [name: string]: string }, as = 'owner', name = 'New') =>
    stage.ask({ method: 'PATCH', path: account, as, body: { name }, headers });

  test('a change must name the version that it changes', async () => {
    const { headers, body } = await stage.ask({ method: 'GET', path: account, as: 'admin' });
    expect(headers['etag']).toBe(`"${String(body['version'])}"`);
    const etag = headers['etag']!;
    const changed = await rename({ 'if-match': etag });
    expect(changed).toMatchObject({ status: 200, body: { name: 'New' } });
    expect(changed.headers['etag']).not.toBe(etag);
    expect(await rename({ 'if-match': etag }, 'admin', 'Mine')).toMatchObject({
      status: 412,
      body: { code: 'version_mismatch' },
    });
    expect(await rename({ 'if-match': '*' }, 'admin', 'Mine')).toMatchObject({ status: 200, body: { name: 'Mine' } });
  });

  test('a change without a version is refused', async () => {
    expect(await rename({})).toMatchObject({ status: 428, body: { code: 'precondition_required' } });
    for (const etag of ['1', 'W/"1"', '"-1"', '"1.5"', '"9007199254740993"', '""', '"1", "2"']) {
      expect(await rename({ 'if-match': etag })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    }
    expect(await stage.parts.accounts.get(stage.accountId)).toMatchObject({ name: 'Ours' });
  });

  test('an operator sets an account to worst-case holds, and its members see it', async () => {
    const path = `${account}/holds`;
    const set = (body: unknown, as = 'operator', headers: { readonly [name: string]: string } = { 'if-match': '*' }) =>
      stage.ask({ method: 'PUT', path, as, body, headers });
    const worstCase = { holds: 'worst-case' };
    expect(await set(worstCase, 'owner')).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
    expect(await set({ holds: 'none' })).toMatchObject({ status: 400, body: { errors: [{ pointer: '/holds' }] } });
    expect(await set(worstCase, 'operator', {})).toMatchObject({ status: 428 });
    const { headers } = await stage.ask({ method: 'GET', path: account, as: 'operator' });
    const etag = { 'if-match': headers['etag']! };
    expect(await set(worstCase, 'operator', etag)).toMatchObject({ status: 200, body: worstCase });
    expect(await set({ holds: 'rolling' }, 'operator', etag)).toMatchObject({ status: 412 });
    expect(await stage.ask({ method: 'GET', path: account, as: 'billing' })).toMatchObject({ body: worstCase });
    const audit = await stage.ask({ method: 'GET', path: `${account}/audit`, as: 'auditor', query: 'limit=1' });
    expect(audit.body['items']).toMatchObject([
      { action: 'account.holds', before: { holds: 'rolling' }, after: worstCase },
    ]);
  });

  test('a change is in the audit log with its actor and without personal data', async () => {
    await rename({ 'if-match': '*' });
    const { body, text } = await stage.ask({
      method: 'GET',
      path: `${account}/audit`,
      as: 'auditor',
      query: 'limit=1',
    });
    expect(body['items']).toMatchObject([
      { action: 'account.rename', actor: stage.person('owner'), target: stage.accountId },
    ]);
    expect(text).not.toContain('New');
    const report = await stage.ask({ method: 'GET', path: `${account}/audit/verification`, as: 'auditor' });
    expect(report.body).toEqual({ events: 10, faults: [] });
  });

  test('the verification of a log reports at most a hundred faults', async () => {
    for (let sequence = 100; sequence < 250; sequence += 1)
      await stage.store.write({ table: AUDIT, put: { ...auditEventKey(stage.accountId, sequence), nonsense: true } });
    const { body } = await stage.ask({ method: 'GET', path: `${account}/audit/verification`, as: 'auditor' });
    expect(body['events']).toBeGreaterThan(150);
    expect(body['faults']).toHaveLength(100);
  });

  test('a log is verified part by part', async () => {
    const verify = (query: string, as = 'auditor', path = account) =>
      stage.ask({ method: 'GET', path: `${path}/audit/verification`, as, query });
    const first = await verify('limit=6');
    expect(first.body).toEqual({ events: 6, faults: [], next: expect.any(String) as string });
    const after = `after=${String(first.body['next'])}`;
    expect((await verify(after)).body).toEqual({ events: 3, faults: [] });
    const refused = [
      await verify(after, 'owner'),
      await verify(after, 'operator', `/v1/accounts/${stage.otherAccountId}`),
      await verify(after, 'operator', '/v1'),
      await verify('limit=0'),
      await verify('limit=10001'),
    ];
    for (const { status, body } of refused) expect([status, body['code']]).toEqual([400, 'invalid_request']);
  });
});

describe('a key', () => {
  const create = (as: string, body: unknown = {}) => stage.ask({ method: 'POST', path: `${account}/keys`, as, body });

  test('a key is shown once, works, and is listed only by its id and last four characters', async () => {
    const { status, body } = await create('developer', { label: 'ci' });
    expect(status).toBe(201);
    expect(body['key']).toMatch(KEY);
    const key = String(body['key']);
    expect(await stage.parts.keys.verify(key)).toMatchObject({ accountId: stage.accountId });
    const listed = await stage.ask({ method: 'GET', path: `${account}/keys`, as: 'auditor' });
    expect(listed.body['items']).toMatchObject([{ keyId: body['keyId'], lastFour: key.slice(-4), label: 'ci' }]);
    expect(listed.text).not.toContain(key.slice(30, -4));
  });

  test('promise-20 a key cannot be created before its owner attests to being 18', async () => {
    const { token } = await stage.parts.invitations.create({
      accountId: stage.accountId,
      email: 'someone@example.test',
      role: 'developer',
      actor: { kind: 'member', personId: stage.person('owner'), role: 'owner' },
    });
    await stage.ask({ method: 'POST', path: '/v1/invitations/accept', as: 'newcomer', body: { token } });
    expect(await create('newcomer')).toMatchObject({ status: 403, body: { code: 'attestation_required' } });
    await stage.ask({ method: 'POST', path: '/v1/me/attestation', as: 'newcomer', body: { adult: true } });
    expect(await create('newcomer')).toMatchObject({ status: 201 });
  });

  test('a key is rotated with a grace period, and revoked at once', async () => {
    const first = await create('owner');
    const rotated = await stage.ask({
      method: 'POST',
      path: `${account}/keys/${String(first.body['keyId'])}/rotate`,
      as: 'owner',
      body: { graceSeconds: 60 },
    });
    expect(rotated.status).toBe(201);
    const works = async (key: unknown) => (await stage.parts.keys.verify(String(key))) !== undefined;
    expect(await works(first.body['key'])).toBe(true);
    stage.now += 61_000;
    expect([await works(first.body['key']), await works(rotated.body['key'])]).toEqual([false, true]);
    const path = `${account}/keys/${String(rotated.body['keyId'])}`;
    expect(await stage.ask({ method: 'DELETE', path, as: 'operator' })).toMatchObject({ status: 204, text: '' });
    expect(await works(rotated.body['key'])).toBe(false);
  });

  test.each([
    { validUntil: 'tomorrow' },
    { label: '' },
    { label: 'a\nb' },
    { label: 'a'.repeat(101) },
    { labels: 1 },
    [],
  ])('a key cannot be created from %j', async (body) => {
    expect(await create('owner', body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect(await stage.parts.keys.list(stage.accountId)).toEqual([]);
  });
});

describe('an invitation', () => {
  const invite = () =>
    stage.ask({
      method: 'POST',
      path: `${account}/invitations`,
      as: 'admin',
      body: { email: 'someone@example.test', role: 'developer' },
    });

  test('an invitation is sent by mail, and makes the holder of its token a member', async () => {
    const { status, body } = await invite();
    expect(status).toBe(201);
    expect(body).not.toHaveProperty('token');
    const [mail, ...others] = await stage.deliver();
    expect([mail?.to, others]).toEqual(['someone@example.test', []]);
    const token = /^\S{60,}$/m.exec(mail!.text)?.[0];
    const accepted = await stage.ask({ method: 'POST', path: '/v1/invitations/accept', as: 'new', body: { token } });
    expect(accepted.body).toMatchObject({ accountId: stage.accountId, role: 'developer' });
    const again = await stage.ask({ method: 'POST', path: '/v1/invitations/accept', as: 'other', body: { token } });
    expect([again.status, again.body['code']]).toEqual([404, 'invitation_not_found']);
  });

  test('an invitation’s token is returned to the inviter if no mail is sent', async () => {
    stage = await ApiStage.open({ sendsMail: false });
    account = `/v1/accounts/${stage.accountId}`;
    const { body } = await invite();
    const accept = { method: 'POST', path: '/v1/invitations/accept', as: 'new', body: { token: body['token'] } };
    expect(await stage.ask(accept)).toMatchObject({ status: 200 });
    const listed = await stage.ask({ method: 'GET', path: `${account}/invitations`, as: 'owner' });
    expect(listed.text).not.toContain(String(body['token']));
  });
});

describe('a list', () => {
  async function pages(path: string, as: string, limit: number): Promise<unknown[][]> {
    const found: unknown[][] = [];
    let after = '';
    do {
      const query = `limit=${limit}${after === '' ? '' : `&after=${after}`}`;
      const { status, body } = await stage.ask({ method: 'GET', path, as, query });
      expect(status).toBe(200);
      found.push(body['items'] as unknown[]);
      after = (body['next'] as string | undefined) ?? '';
    } while (after !== '');
    return found;
  }

  test('the pages of a list neither miss nor repeat an item', async () => {
    for (let made = 0; made < 5; made += 1) {
      stage.now += 1;
      await stage.parts.keys.create({ accountId: stage.accountId, payer: await payerIn(stage, stage.accountId) });
    }
    const all = (await pages(`${account}/keys`, 'owner', 200)).flat();
    expect(all).toHaveLength(5);
    const two = await pages(`${account}/keys`, 'owner', 2);
    expect(two.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(two.flat()).toEqual(all);
    expect((await pages(`${account}/members`, 'owner', 1)).flat()).toHaveLength(5);
    expect((await pages('/v1/accounts', 'operator', 1)).flat()).toHaveLength(2);
    expect((await pages('/v1/me/accounts', 'owner', 1)).flat()).toHaveLength(1);
    expect((await pages('/v1/operators', 'operator', 1)).flat()).toHaveLength(1);
  });

  test('a list accepts only its own cursors', async () => {
    const first = await stage.ask({ method: 'GET', path: `${account}/members`, as: 'owner', query: 'limit=1' });
    const cursor = String(first.body['next']);
    const bytes = Buffer.from(cursor, 'base64url');
    bytes[bytes.length - 5]! ^= 1;
    const ask = (path: string, after: string, as = 'owner') =>
      stage.ask({ method: 'GET', path, as, query: `after=${encodeURIComponent(after)}` });
    expect(await ask(`${account}/members`, cursor)).toMatchObject({ status: 200 });
    const foreign = [
      await ask(`${account}/members`, bytes.toString('base64url')),
      await ask(`${account}/members`, cursor, 'admin'),
      await ask(`${account}/invitations`, cursor),
      await ask(`/v1/accounts/${stage.otherAccountId}/members`, cursor, 'stranger'),
      ...(await Promise.all(
        ['', 'x', `${cursor}=`, `${cursor}A`, '%00'].map((text) => ask(`${account}/members`, text)),
      )),
    ];
    for (const { status, body } of foreign) {
      expect([status, body['errors']]).toMatchObject([400, [{ pointer: 'after' }]]);
    }
  });

  test.each([
    'limit=0',
    'limit=201',
    'limit=1.5',
    'limit=x',
    'limit=1&limit=2',
    'page=2',
    `after=${'a'.repeat(2_000)}`,
  ])('a list with ?%s is refused', async (query) => {
    const answer = await stage.ask({ method: 'GET', path: `${account}/members`, as: 'owner', query });
    expect([answer.status, answer.body['code']]).toEqual([400, 'invalid_request']);
  });
});

describe('a request with an Idempotency-Key', () => {
  const create = (key: string, body: unknown = { label: 'ci' }, as = 'owner', path = `${account}/keys`) =>
    stage.ask({ method: 'POST', path, as, body, headers: { 'idempotency-key': key } });

  test('a request with an Idempotency-Key is executed once and gets the same response every time', async () => {
    const first = await create('a');
    expect(first.status).toBe(201);
    expect(await create('a')).toEqual(first);
    expect(await stage.parts.keys.list(stage.accountId)).toHaveLength(1);
    expect((await create('b')).body['keyId']).not.toBe(first.body['keyId']);
  });

  test('the same Idempotency-Key from another person, or for another path, is another request', async () => {
    const first = await create('a');
    expect((await create('a', { label: 'ci' }, 'admin')).body['keyId']).not.toBe(first.body['keyId']);
    const path = `${account}/keys/${String(first.body['keyId'])}/rotate`;
    expect(await create('a', { graceSeconds: 0 }, 'owner', path)).toMatchObject({ status: 201 });
  });

  test('an Idempotency-Key with another body is refused', async () => {
    await create('a');
    expect(await create('a', { label: 'cd' })).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
  });

  test('a refused request can be sent again with its Idempotency-Key', async () => {
    expect(await create('a', {}, 'auditor')).toMatchObject({ status: 403 });
    await stage.ask({ method: 'POST', path: `${account}/suspend`, as: 'operator', body: { reason: 'abuse' } });
    expect(await create('a')).toMatchObject({ status: 409, body: { code: 'account_suspended' } });
    await stage.ask({ method: 'POST', path: `${account}/resume`, as: 'operator' });
    expect(await create('a')).toMatchObject({ status: 201 });
  });

  test('a retry is refused if the request itself removed the caller’s permission', async () => {
    const transfer = () => create('a', { to: stage.person('admin') }, 'owner', `${account}/transfer`);
    expect(await transfer()).toMatchObject({ status: 200, body: { ownerId: stage.person('admin') } });
    expect(await transfer()).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
  });

  test('two concurrent requests with one Idempotency-Key are executed once', async () => {
    const answers = await Promise.all([create('a'), create('a'), create('a')]);
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses[0]).toBe(201);
    expect(answers.filter(({ status }) => status === 409).map(({ body }) => body['code'])).toEqual(
      Array.from({ length: statuses.filter((status) => status === 409).length }, () => 'request_in_progress'),
    );
    expect(await stage.parts.keys.list(stage.accountId)).toHaveLength(1);
  });

  test('a request that died counts as in progress for half a minute, and is executed after that', async () => {
    let isDead = true;
    const hangs = (store: TableStore): TableStore => ({
      get: (get) => store.get(get),
      query: (query) => store.query(query),
      write: (write) => store.write(write),
      transact: (...writes) => (isDead ? new Promise<void>(() => undefined) : store.transact(...writes)),
    });
    stage = await ApiStage.open({ wrap: hangs });
    const path = `/v1/accounts/${stage.accountId}/invitations`;
    const invite = () => create('a', { email: 'someone@example.test', role: 'auditor' }, 'owner', path);
    void invite();
    // Its clock is the system's.
    stage.now = Date.now();
    await new Promise(setImmediate);
    expect(await invite()).toMatchObject({ status: 409, body: { code: 'request_in_progress' } });
    isDead = false;
    stage.now += 31_000;
    expect(await invite()).toMatchObject({ status: 201 });
  });

  test('a stored response cannot be read from the table', async () => {
    const stored: string[] = [];
    stage = await ApiStage.open({
      wrap: (inner) => ({
        get: (get) => inner.get(get),
        query: (query) => inner.query(query),
        transact: (writes, token) => inner.transact(writes, token),
        write: (write) => {
          stored.push(JSON.stringify(write));
          return inner.write(write);
        },
      }),
    });
    account = `/v1/accounts/${stage.accountId}`;
    stored.length = 0;
    const { body, text } = await create('a', {}, 'owner', `${account}/keys`);
    expect(stored.map((write) => /idempotency#/.test(write))).toEqual([true, true]);
    const secret = String(body['key']).slice(30);
    for (const hidden of [secret, Buffer.from(text).toString('base64').slice(4, 40), stage.person('owner')]) {
      expect(stored.join()).not.toContain(hidden);
    }
  });

  test.each(['', 'a b', 'ä', 'a'.repeat(256), '\u0001'])('the Idempotency-Key %j is refused', async (key) => {
    const { status, body } = await create(key);
    expect([status, body['code']]).toEqual([400, 'invalid_request']);
  });
});
