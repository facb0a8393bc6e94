import { allows, type Permission } from '../../lambdas/contracts/http/permissions';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import type { Get } from '../../lambdas/domain/table/table-store';
import { ROUTES } from '../../lambdas/handlers/control-plane/api/routes/routes';
import { aTrust, EXAMPLES, payerIn } from './api-examples';
import { type Answered, ApiStage } from './api-stage';
import { anExport } from './export-examples';

const A_KEY_ID = '01JD0000000000000000000009';

const STRANGE_VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  1e308,
  [],
  [[]],
  [null],
  {},
  { a: 1 },
  { length: 1e9 },
  { toString: 1 },
  { then: 1 },
  '',
  '__proto__',
  'constructor',
  'toString',
  '../..',
  '%00',
  '-0',
  'Infinity',
  '9'.repeat(400),
  '😀'.repeat(200),
];

let stage: ApiStage;
beforeEach(async () => {
  stage = await ApiStage.open();
});

const outcome = ({ status, body }: Answered) => [status, body['code']];
const routesWith = (parameter: string) => ROUTES.filter(({ path }) => path.includes(`{${parameter}}`));
const routesWithoutBody = ROUTES.filter(({ body, method }) => body === undefined && method !== 'get').map(
  (route) => [route.id, route] as const,
);
const routesWithBody = ROUTES.filter(({ body }) => body !== undefined).map((route) => [route.id, route] as const);

/** The people who together may use every route of an account. */
const standingFor = (permission: Permission): string =>
  ['account.suspend', 'account.resume', 'account.holds', 'account.appoint'].includes(permission) ||
  !/^(account|billing|member|invitation|key|federation|audit)\./.test(permission)
    ? 'operator'
    : 'owner';

describe('another account’s item under the caller’s own account', () => {
  const things = {
    trustId: () => aTrust(stage, stage.otherAccountId),
    keyId: async () =>
      (
        await stage.parts.keys.create({
          accountId: stage.otherAccountId,
          payer: await payerIn(stage, stage.otherAccountId),
        })
      ).keyId,
    personId: async () => stage.person('stranger'),
    exportId: () => anExport(stage, stage.otherAccountId),
    invitationId: async () => {
      const invited = { accountId: stage.otherAccountId, email: 'x@example.test', role: 'auditor' } as const;
      return (await stage.parts.invitations.create({ ...invited, actor: DEPLOYMENT })).invitation.invitationId;
    },
  };
  const rows = Object.entries(things).flatMap(([parameter, make]) =>
    routesWith(parameter)
      .filter(({ path }) => path.includes('{accountId}'))
      .map((route) => [route.id, parameter, route, make] as const),
  );

  test.each(rows)('%s does not find another account’s item by its %s', async (id, parameter, route, make) => {
    const theirs = await make();
    const { body, headers } = await EXAMPLES[id]!(stage, stage.accountId);
    const path = route.path.replace('{accountId}', stage.accountId).replace(`{${parameter}}`, theirs);
    const answer = await stage.ask({
      method: route.method.toUpperCase(),
      path,
      as: 'owner',
      ...(body !== undefined && { body }),
      ...(headers && { headers }),
    });
    expect(outcome(answer)).toEqual([
      404,
      expect.stringMatching(/^(key|member|invitation|trust|export|erasure)_not_found$/),
    ]);
    expect(answer.text).not.toContain(theirs);
  });

  test('a person who is not a member cannot become the owner', async () => {
    const path = `/v1/accounts/${stage.accountId}/transfer`;
    const answer = await stage.ask({ method: 'POST', path, as: 'owner', body: { to: stage.person('stranger') } });
    expect(outcome(answer)).toEqual([404, 'member_not_found']);
  });

  test.each(routesWith('accountId').filter(({ permission }) => allows(permission, 'operator')))(
    '$id tells an operator that an account does not exist',
    async ({ id, method, path }) => {
      const { body, headers } = await EXAMPLES[id]!(stage, stage.accountId);
      const request = { method: method.toUpperCase(), as: 'operator', ...(headers && { headers }) };
      const missing = path
        .replace('{accountId}', 'acc_01JD0000000000000000000009')
        .replace('{keyId}', A_KEY_ID)
        .replace('{requestId}', `req_${A_KEY_ID}`)
        .replace('{exportId}', 'exp_01JD0000000000000000000009')
        .replace('{erasureId}', 'era_01JD0000000000000000000009')
        .replace('{statement}', '2026-10');
      const answer = await stage.ask({ ...request, path: missing, ...(body !== undefined && { body }) });
      expect(outcome(answer)).toEqual([404, path.includes('{keyId}') ? 'key_not_found' : 'account_not_found']);
    },
  );

  test('a missing account gets the same response as another’s, after the same steps', async () => {
    const steps: string[] = [];
    stage = await ApiStage.open({
      wrap: (inner) => ({
        get: (get: Get) => {
          steps.push(`get ${get.key.pk.replace(/_.*/, '')}`);
          return inner.get(get);
        },
        query: (query) => inner.query(query),
        write: (write) => inner.write(write),
        transact: (writes, token) => inner.transact(writes, token),
      }),
    });
    const ask = async (accountId: string) => {
      steps.length = 0;
      const { status, text } = await stage.ask({ method: 'GET', path: `/v1/accounts/${accountId}`, as: 'owner' });
      return { status, text, steps: [...steps] };
    };
    const theirs = await ask(stage.otherAccountId);
    expect(theirs.status).toBe(404);
    expect(await ask('acc_01JD0000000000000000000009')).toEqual(theirs);
  });
});

describe('a body', () => {
  const ask = async (id: string, change: (body: { readonly [name: string]: unknown }) => unknown) => {
    const route = ROUTES.find((one) => one.id === id)!;
    const request = await EXAMPLES[id]!(stage, stage.accountId);
    const body = change(request.body as { readonly [name: string]: unknown });
    return stage.ask({ ...request, method: route.method.toUpperCase(), as: standingFor(route.permission), body });
  };
  const refused = [400, 'invalid_request'];

  test.each(routesWithBody)('a body of %s sets only the members that the route accepts', async (id) => {
    const assigned = { ownerId: stage.person('developer'), role: 'owner', version: 9, accountId: stage.otherAccountId };
    for (const [name, value] of Object.entries(assigned)) {
      // Members that the route accepts keep their meaning.
      const answer = await ask(id, (body) => (name in body ? { ...body, more: 1 } : { ...body, [name]: value }));
      expect(outcome(answer)).toEqual(refused);
    }
  });

  test.each(routesWithBody)('a body of %s causes no internal error, whatever its members are', async (id) => {
    const request = await EXAMPLES[id]!(stage, stage.accountId);
    for (const name of Object.keys(request.body as object)) {
      for (const value of STRANGE_VALUES) {
        const answer = await ask(id, (body) => ({ ...body, [name]: value }));
        expect([name, value, answer.status < 500 ? 'answered' : answer.text]).toEqual([name, value, 'answered']);
      }
    }
  });

  test('a body may be empty, or an empty object, if the route accepts no body', async () => {
    const path = `/v1/accounts/${stage.accountId}/resume`;
    for (const body of ['', '{}', ' {} '])
      expect((await stage.ask({ method: 'POST', path, as: 'operator', body })).status).toBe(200);
  });

  test.each(routesWithBody)('a body of %s that names a member twice is refused', async (id) => {
    const answer = await ask(id, (body) => {
      const members = JSON.stringify({ ...body, twice: 1 }).slice(1, -1);
      return `{${members},"twice":1}`;
    });
    expect(answer.body['errors']).toEqual([{ pointer: '', detail: 'names a member twice' }]);
  });

  test.each(routesWithBody)('a body of %s cannot reach a prototype', async (id) => {
    for (const name of ['__proto__', 'constructor', 'prototype']) {
      const answer = await ask(id, (body) => `${JSON.stringify(body).slice(0, -1)},"${name}":{"isOperator":true}}`);
      expect(outcome(answer)).toEqual(refused);
    }
    expect({}).not.toHaveProperty('isOperator');
  });

  test.each([
    ['createKey', { rules: { labels: { team: 'research' } } }, '"team"'],
    ['createTrust', { claims: { environment: 'production' } }, '"environment"'],
  ])('a body of %s with the member __proto__ is refused', async (id, more, name) => {
    const answer = await ask(id, (body) => JSON.stringify({ ...body, ...more }).replace(name, '"__proto__"'));
    expect(answer.body['errors']).toEqual([{ pointer: '', detail: 'names a member __proto__' }]);
  });

  test.each(routesWithoutBody)('a body of %s must be empty, because the route takes none', async (id, route) => {
    const request = await EXAMPLES[id]!(stage, stage.accountId);
    const send = (body: unknown) =>
      stage.ask({ ...request, method: route.method.toUpperCase(), as: standingFor(route.permission), body });
    for (const body of [{ reason: 'abuse' }, [], 'null']) expect(outcome(await send(body))).toEqual(refused);
    expect((await send({})).status).not.toBe(400);
  });

  test.each(routesWithBody)('a body of %s with control characters or lone surrogates is refused', async (id) => {
    for (const text of ['\\u0000', 'a\\u0000b', '\\ud800', '\\udc00a', '\\u202e', '\\u2028']) {
      const answer = await ask(id, (body) => {
        const [name] = Object.entries(body).find(([, value]) => typeof value === 'string') ?? [];
        return name === undefined
          ? `{"x":"${text}"}`
          : JSON.stringify({ ...body, [name]: '?' }).replace('"?"', `"${text}"`);
      });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    }
  });

  test.each(['1e309', '-1e309', 'NaN', 'Infinity', '-1', '0.5', '9007199254740993', '1e21', '"60"', 'null', '[60]'])(
    'a grace period of %s is refused',
    async (number) => {
      expect(outcome(await ask('rotateKey', () => `{"graceSeconds":${number}}`))).toEqual(refused);
    },
  );

  test.each([
    ['{', 'is not valid JSON'],
    ['{"name":"a",}', 'is not valid JSON'],
    ["{'name':'a'}", 'is not valid JSON'],
    ['{"name":"a"} {}', 'is not valid JSON'],
    ['\ufeff{"name":"a"}', 'is not valid JSON'],
    ['['.repeat(30_000) + ']'.repeat(30_000), 'is nested deeper than 16'],
    ['{"a":'.repeat(17) + '1' + '}'.repeat(17), 'is nested deeper than 16'],
    [`{"name":"${'\\"'.repeat(30_000)}`, 'is not valid JSON'],
  ])('a malformed body is refused as malformed: %.30s', async (text, detail) => {
    const answer = await ask('createAccount', () => text);
    expect(answer.body['errors']).toEqual([{ pointer: '', detail }]);
  });

  test.each(['null', '1', '"text"', '[]', 'true'])(
    'a body that is %s instead of an object is refused',
    async (text) => {
      expect(outcome(await ask('createAccount', () => text))).toEqual(refused);
    },
  );

  // A spreadsheet would run such text in CSV, which no route returns so far.
  test.each(['=HYPERLINK("https://evil.example")', '+1+cmd|x', '-2+3', '@SUM(A1)'])(
    'a record with the name %s is returned as JSON, whatever the client accepts',
    async (name) => {
      const headers = { accept: 'text/csv', 'if-match': '*' };
      const path = `/v1/accounts/${stage.accountId}`;
      const renamed = await stage.ask({ method: 'PATCH', path, as: 'owner', body: { name }, headers });
      expect([renamed.status, renamed.body['name']]).toEqual([200, name]);
      const read = await stage.ask({ method: 'GET', path, as: 'owner', headers });
      expect([read.headers['content-type'], read.body['name']]).toEqual(['application/json', name]);
    },
  );

  test('a body that is too large, compressed or a form is refused', async () => {
    const path = '/v1/accounts';
    const large = await stage.ask({ method: 'POST', path, as: 'owner', body: { name: 'a'.repeat(65_536) } });
    expect(outcome(large)).toEqual([413, 'request_too_large']);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', '']) {
      const headers = { 'content-type': type };
      const answer = await stage.ask({ method: 'POST', path, as: 'owner', body: '{"name":"a"}', headers });
      expect(outcome(answer)).toEqual([415, 'unsupported_media_type']);
    }
    const headers = { 'content-encoding': 'gzip' };
    const packed = await stage.ask({ method: 'POST', path, as: 'owner', body: '{"name":"a"}', headers });
    expect(outcome(packed)).toEqual([415, 'unsupported_media_type']);
  });
});

describe('an address', () => {
  test.each(['key=tg_x', 'api_key=1', 'access_token=1', '__proto__[a]=1', 'accountId=acc_1'])(
    'an address with ?%s is refused and not logged',
    async (query) => {
      for (const route of ROUTES) {
        const request = await EXAMPLES[route.id]!(stage, stage.accountId);
        const answer = await stage.ask({ ...request, method: route.method.toUpperCase(), as: 'operator', query });
        expect(outcome(answer)).toEqual([400, 'invalid_request']);
      }
      expect(stage.logged).toEqual([]);
    },
  );

  test.each(ROUTES.map((route) => [route.id, route] as const))(
    'the query of %s accepts only the documented names',
    async (id, route) => {
      const request = await EXAMPLES[id]!(stage, stage.accountId);
      const as = standingFor(route.permission);
      const method = route.method.toUpperCase();
      const answer = await stage.ask({ ...request, method, as, query: 'access_token=tg_x' });
      expect(outcome(answer)).toEqual([400, 'invalid_request']);
      expect(answer.text + stage.logged.join()).not.toContain('tg_x');
    },
  );

  test.each([
    'acc_%00',
    '../v1/me',
    'acc_01jd0000000000000000000000',
    '%2e%2e',
    'ACC_01JD0000000000000000000000',
    '*',
    'ä',
  ])('an account cannot be named by %s', async (accountId) => {
    const { status } = await stage.ask({ method: 'GET', path: `/v1/accounts/${accountId}/members`, as: 'operator' });
    expect([400, 404]).toContain(status);
  });

  test('host names, method overrides and forwarded paths do not change the route', async () => {
    const path = `/v1/accounts/${stage.otherAccountId}`;
    const plain = await stage.ask({ method: 'GET', path, as: 'owner' });
    const forged: readonly { readonly [name: string]: string }[] = [
      { host: 'evil.example' },
      { 'x-forwarded-host': 'evil.example' },
      { 'x-http-method-override': 'DELETE' },
      { 'x-original-url': '/api/v1/me' },
      { 'x-tollgate-person': stage.person('stranger') },
    ];
    for (const headers of forged) {
      expect(await stage.ask({ method: 'GET', path, as: 'owner', headers })).toEqual(plain);
    }
    expect(plain.status).toBe(404);
  });

  test('no other origin may read responses', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'GET' };
    for (const method of ['GET', 'OPTIONS']) {
      const answer = await stage.ask({ method, path: '/v1/me', as: 'owner', headers });
      expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});
