import type { Mail } from '../../lambdas/domain/notifications/mailer';
import { ApiStage, PUBLIC_URL } from './api-stage';

const NEWCOMER = 'newcomer@example.test';
const EVERYTHING = { product: true, lowBalance: true, budget: true };

let stage: ApiStage;
beforeEach(async () => {
  stage = await ApiStage.open();
  stage.emails.set('newcomer', NEWCOMER);
});

const mine = () => stage.ask({ method: 'GET', path: '/v1/me/notifications', as: 'newcomer' });
const choose = (body: unknown) => stage.ask({ method: 'PUT', path: '/v1/me/notifications', as: 'newcomer', body });
const subjects = (mails: readonly Mail[]) => mails.map(({ subject }) => subject);
const linkIn = ({ headers }: Mail): URL =>
  new URL(/^<(.+)>$/.exec(headers.find(({ name }) => name === 'List-Unsubscribe')?.value ?? '')?.[1] ?? '');

/** Opens the link of a mail, or sends the request that a mail program sends. */
const follow = (link: URL, method: 'GET' | 'POST', body?: string) =>
  stage.ask({
    method,
    path: link.pathname.replace(/^\/api/, ''),
    query: link.search.slice(1),
    ...(body !== undefined && { body, headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
  });
const ONE_CLICK = 'List-Unsubscribe=One-Click';

/** The welcome mail of a person who has just signed in for the first time. */
async function welcomeMail(): Promise<Mail> {
  await mine();
  const [mail] = await stage.deliver(NEWCOMER);
  return mail!;
}

test('a person who signs in for the first time is welcomed once', async () => {
  await Promise.all([mine(), mine(), mine()]);
  await mine();
  expect(subjects(await stage.deliver(NEWCOMER))).toEqual(['Welcome to Tollgate']);
});

test('everybody gets all optional mails until they decline them', async () => {
  expect(await mine()).toMatchObject({ status: 200, body: EVERYTHING });
  const chosen = { ...EVERYTHING, budget: false };
  expect(await choose(chosen)).toMatchObject({ status: 200, body: chosen });
  expect((await mine()).body).toEqual(chosen);
  const other = await stage.ask({ method: 'GET', path: '/v1/me/notifications', as: 'owner' });
  expect(other.body).toEqual(EVERYTHING);
});

test.each([{}, { ...EVERYTHING, security: false }, { ...EVERYTHING, product: 'no' }, []])(
  'the preferences %j are refused',
  async (body) => {
    expect(await choose(body)).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect((await mine()).body).toEqual(EVERYTHING);
  },
);

test('promise-13 one click on a mail’s unsubscribe link ends the mails of its category, and no others', async () => {
  const link = linkIn(await welcomeMail());
  expect(link.origin).toBe(PUBLIC_URL);
  const { status, text, headers } = await follow(link, 'POST', ONE_CLICK);
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'text/html; charset=utf-8',
    'no-store',
  ]);
  expect(text).not.toMatch(/@|per_/);
  expect((await mine()).body).toEqual({ ...EVERYTHING, product: false });
  // Mail programs repeat the request.
  expect(await follow(link, 'POST', ONE_CLICK)).toMatchObject({ status: 200 });
  // The console turns the mails on again.
  await choose(EVERYTHING);
  expect((await mine()).body).toEqual(EVERYTHING);
});

test('a mail program that sends the click as parts of a form unsubscribes too', async () => {
  const link = linkIn(await welcomeMail());
  const parts = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n';
  expect(await follow(link, 'POST', parts)).toMatchObject({ status: 200 });
  expect((await mine()).body).toEqual({ ...EVERYTHING, product: false });
});

test('opening an unsubscribe link changes nothing and asks for confirmation, without scripts', async () => {
  const link = linkIn(await welcomeMail());
  const { status, text, headers } = await follow(link, 'GET');
  expect([status, text]).toEqual([200, expect.stringContaining('<form method="post">')]);
  expect(text).not.toMatch(/<script|@|per_/);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect((await mine()).body).toEqual(EVERYTHING);
});

test('a link that was changed, belongs to another deployment or has no token unsubscribes nobody', async () => {
  const link = linkIn(await welcomeMail());
  const token = link.searchParams.get('token')!;
  const foreign = await ApiStage.open({ pepper: 'the pepper of another deployment' });
  const others = [
    token.replace('_product_', '_budget_'),
    token.replace(/^tgu_./, 'tgu_1'),
    `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
    token.slice(0, 40),
    '',
    'x'.repeat(5_000),
  ];
  for (const other of others) {
    link.searchParams.set('token', other);
    expect((await follow(link, 'POST', ONE_CLICK)).status).toBe(404);
    expect((await follow(link, 'GET')).status).toBe(404);
  }
  const query = new URLSearchParams({ token }).toString();
  expect((await foreign.ask({ method: 'POST', path: '/v1/unsubscribe', query, body: ONE_CLICK })).status).toBe(404);
  expect((await mine()).body).toEqual(EVERYTHING);
});

test('a request to an unsubscribe link without the field of a click, or with too large a body, is refused', async () => {
  const link = linkIn(await welcomeMail());
  expect((await follow(link, 'POST', '')).status).toBe(400);
  expect((await follow(link, 'POST', 'x'.repeat(5_000))).status).toBe(413);
  expect((await mine()).body).toEqual(EVERYTHING);
});

test('the administrators of an account are told about new and rotated keys, and a person about a new role', async () => {
  const account = `/v1/accounts/${stage.accountId}`;
  stage.emails
    .set('owner', 'owner@example.test')
    .set('admin', 'admin@example.test')
    .set('auditor', 'auditor@example.test');
  const created = await stage.ask({ method: 'POST', path: `${account}/keys`, as: 'owner', body: {} });
  const key = String(created.body['keyId']);
  await stage.ask({ method: 'POST', path: `${account}/keys/${key}/rotate`, as: 'owner', body: { graceSeconds: 60 } });
  const auditor = `${account}/members/${stage.person('auditor')}`;
  const change = { method: 'PATCH', path: auditor, as: 'owner', headers: { 'if-match': '*' } };
  for (const role of ['developer', 'auditor', 'auditor']) await stage.ask({ ...change, body: { role } });
  await stage.deliver();
  const of = (to: string) => subjects(stage.mails.filter((mail) => mail.to === to)).sort();
  for (const to of ['owner@example.test', 'admin@example.test'])
    expect(of(to)).toEqual(['A key was created', 'A key was rotated']);
  expect(of('auditor@example.test')).toEqual(['Your role has changed', 'Your role has changed']);
  const mail = stage.mails.find(({ subject }) => subject === 'A key was created')!;
  expect(mail.text).toContain(key);
  expect(mail.text).not.toContain(String(created.body['key']));
});

test('a person who leaves and joins again is told about each change of their role', async () => {
  const account = `/v1/accounts/${stage.accountId}`;
  const personId = stage.person('auditor');
  stage.emails.set('auditor', 'auditor@example.test');
  for (let time = 0; time < 2; time += 1) {
    const change = { method: 'PATCH', path: `${account}/members/${personId}`, as: 'owner' };
    expect(await stage.ask({ ...change, headers: { 'if-match': '*' }, body: { role: 'admin' } })).toMatchObject({
      status: 200,
    });
    await stage.deliver();
    if (time === 1) break;
    await stage.ask({ method: 'DELETE', path: `${account}/members/${personId}`, as: 'owner' });
    stage.now += 1_000;
    const { token } = await stage.parts.invitations.create({
      accountId: stage.accountId,
      email: 'auditor@example.test',
      role: 'auditor',
      actor: { kind: 'deployment' },
    });
    await stage.parts.invitations.accept({ token, personId });
  }
  const told = stage.mails.filter(({ to, subject }) => to === 'auditor@example.test' && subject.includes('role'));
  expect(told).toHaveLength(2);
});

test('both people are told about a transfer of an account', async () => {
  stage.emails.set('owner', 'owner@example.test').set('admin', 'admin@example.test');
  const path = `/v1/accounts/${stage.accountId}/transfer`;
  expect(await stage.ask({ method: 'POST', path, as: 'owner', body: { to: stage.person('admin') } })).toMatchObject({
    status: 200,
  });
  await stage.deliver();
  const roles = stage.mails.map(({ to, text }) => `${to} ${/role is now (\w+)/.exec(text)?.[1] ?? ''}`).sort();
  expect(roles).toEqual(['admin@example.test owner', 'owner@example.test admin']);
});

test('a deployment that sends no mail stores events for webhooks and no mail', async () => {
  stage = await ApiStage.open({ sendsMail: false });
  await stage.ask({ method: 'POST', path: `/v1/accounts/${stage.accountId}/keys`, as: 'owner', body: {} });
  await mine();
  const written = stage.written.join();
  expect([written.includes('"mail#'), written.includes('"kind":"welcome"')]).toEqual([false, false]);
  expect(written).toContain('"event#');
});
