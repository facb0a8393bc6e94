import { payerIn } from './api-examples';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import { ApiStage } from './api-stage';

const RULES = {
  scopes: ['chat', 'models'],
  models: ['gpt-4.1*'],
  concurrency: 3,
  labels: { team: 'research' },
  budget: { limitPico: '5000000000000', window: 'month', timeZone: 'Europe/Berlin' },
};

let stage: ApiStage;
let keys: string;
beforeEach(async () => {
  stage = await ApiStage.open();
  keys = `/v1/accounts/${stage.accountId}/keys`;
});

const create = (body: unknown) => stage.ask({ method: 'POST', path: keys, as: 'developer', body });
const change = (keyId: unknown, body: unknown, etag = '*') => {
  const path = `${keys}/${String(keyId)}/rules`;
  return stage.ask({ method: 'PUT', path, as: 'admin', body, headers: { 'if-match': etag } });
};

test('a key is created with its rules and shown with them', async () => {
  const created = await create({ label: 'ci', rules: RULES });
  expect(created.status).toBe(201);
  expect((await stage.parts.keys.verify(String(created.body['key'])))?.rules).toEqual(RULES);
  const path = `${keys}/${String(created.body['keyId'])}`;
  const details = await stage.ask({ method: 'GET', path, as: 'auditor' });
  expect(details.body).toMatchObject({ label: 'ci', rules: RULES, version: 1 });
});

test('a caller that sends the version it read replaces all rules of a key', async () => {
  const { body: made } = await create({ rules: RULES });
  const read = await stage.ask({ method: 'GET', path: `${keys}/${String(made['keyId'])}`, as: 'admin' });
  const etag = read.headers['etag']!;
  const changed = await change(made['keyId'], { concurrency: 1 }, etag);
  expect([changed.status, changed.body['rules'], changed.headers['etag']]).toEqual([200, { concurrency: 1 }, '"2"']);
  expect(await change(made['keyId'], {}, etag)).toMatchObject({ status: 412, body: { code: 'version_mismatch' } });
  expect((await stage.parts.keys.verify(String(made['key'])))?.rules).toEqual({ concurrency: 1 });
  expect((await change(made['keyId'], {})).body).not.toHaveProperty('rules');
  const path = `/v1/accounts/${stage.accountId}/audit`;
  const { body, text } = await stage.ask({ method: 'GET', path, as: 'auditor', query: 'limit=2' });
  expect(body['items']).toMatchObject([
    { action: 'key.change', before: { rules: { concurrency: 1 } }, after: { changed: ['concurrency'] } },
    { action: 'key.change', after: { rules: { concurrency: 1 } } },
  ]);
  expect(text).not.toContain('research');
});

test.each([
  ['an unknown rule', { rpm: 1 }, ''],
  ['an amount that is a number', { budget: { ...RULES.budget, limitPico: 5 } }, '/budget/limitPico'],
  ['a rule of the wrong kind', { scopes: 'chat' }, '/scopes'],
  ['a range that is none', { cidrs: ['10.0.0.0/33'] }, '/cidrs/0'],
])('a key with %s is refused, with a fault for each member', async (_what, rules, pointer) => {
  const { body: made } = await create({});
  const changed = await change(made['keyId'], rules);
  expect(changed).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
  expect(JSON.stringify(changed.body['errors'])).toContain(`"${pointer}"`);
  const created = await create({ rules });
  expect(created).toMatchObject({ status: 400 });
  expect(JSON.stringify(created.body['errors'])).toContain(`"/rules${pointer}"`);
});

test('an invalid label name is refused with the rule for label names', async () => {
  const { body } = await create({ rules: { labels: { Team: 'a' } } });
  const detail = 'must start with a lower-case letter and contain only a-z, 0-9 and _.-';
  expect(body['errors']).toEqual([{ pointer: '/rules/labels/Team', detail }]);
});

test('the length limit of a label is the same in any script', async () => {
  expect((await create({ label: '😀'.repeat(100) })).status).toBe(201);
  expect(await create({ label: '😀'.repeat(101) })).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
});

test('a key that would have expired already is not created', async () => {
  const at = (milliseconds: number) => ({ validUntil: new Date(milliseconds).toISOString() });
  for (const past of [at(0), at(stage.now)]) {
    expect((await create(past)).body['errors']).toEqual([{ pointer: '/validUntil', detail: 'must be later than now' }]);
  }
  expect((await create(at(stage.now + 1))).status).toBe(201);
});

test.each([
  ['rotated', 'a change', 'POST', '/rotate', { graceSeconds: 0 }],
  ['resumed', 'a suspension', 'POST', '/resume', undefined],
  ['revoked', 'a suspension', 'DELETE', '', undefined],
])('a key is not %s after %s by a caller that sends an old version', async (_done, what, method, end, body) => {
  const { accountId } = stage;
  const { keyId } = await stage.parts.keys.create({ accountId, payer: await payerIn(stage, accountId) });
  if (what === 'a change') await stage.parts.keys.changeRules({ accountId, keyId, rules: { concurrency: 1 } });
  else await stage.parts.keySuspensions.suspend({ accountId, keyId, actor: DEPLOYMENT, reason: 'spend_jump' });
  const ask = (etag: string) =>
    stage.ask({ method, path: `${keys}/${keyId}${end}`, as: 'owner', body, headers: { 'if-match': etag } });
  expect(await ask('"1"')).toMatchObject({ status: 412, body: { code: 'version_mismatch' } });
  expect((await stage.parts.keys.get(accountId, keyId))?.version).toBe(2);
  expect((await ask('"2"')).status).toBeLessThan(300);
});

const ROLE = 'arn:aws:iam::111122223333:role/service/worker';
const createForRole = (body: object) => {
  const path = `/v1/accounts/${stage.accountId}/role-keys`;
  return stage.ask({ method: 'POST', path, as: 'developer', body });
};

test('a role key is created and listed without a secret, and its audit event does not name the role', async () => {
  const created = await createForRole({ role: ROLE, label: 'batch', rules: RULES });
  expect(created).toMatchObject({ status: 201, body: { role: ROLE, label: 'batch', rules: RULES, version: 1 } });
  expect(created.text).not.toMatch(/tg_|lastFour/);
  const { body: listed } = await stage.ask({ method: 'GET', path: keys, as: 'auditor' });
  expect(listed['items']).toEqual([created.body]);
  const path = `/v1/accounts/${stage.accountId}/audit`;
  const audit = await stage.ask({ method: 'GET', path, as: 'auditor', query: 'limit=1' });
  expect(audit.body['items']).toMatchObject([{ action: 'key.create', target: created.body['keyId'] }]);
  expect(audit.text).not.toContain('worker');
});

test('a role key cannot be rotated, and is revoked like any other', async () => {
  const { body } = await createForRole({ role: ROLE });
  const path = `${keys}/${String(body['keyId'])}`;
  const rotated = await stage.ask({ method: 'POST', path: `${path}/rotate`, as: 'admin', body: { graceSeconds: 0 } });
  expect(rotated).toMatchObject({ status: 409, body: { code: 'key_has_no_secret' } });
  expect(await stage.ask({ method: 'DELETE', path, as: 'admin' })).toMatchObject({ status: 204 });
});

test.each([undefined, 'worker', 'arn:aws:iam::111122223333:user/worker', 'arn:aws:sts::111122223333:assumed-role/a/b'])(
  'an ARN that is not a role’s is refused: %s',
  async (role) => {
    const refused = await createForRole({ role });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ pointer: '/role' }] } });
  },
);
