import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient } from '../../web/src/api/generated/client';
import {
  acceptInvitation,
  changeCatalog,
  createAccount,
  createInvitation,
  createKey,
  getAccount,
  getMe,
  listAuditEvents,
  listKeys,
  listMyAccounts,
  renameAccount,
  revokeKey,
  verifyAudit,
} from '../../web/src/api/generated/sdk.gen';
import { ProcessRun } from './process-run';
import { until } from './until';

// These tests use the console's generated client against a gateway started by `npm start`.

const run = new ProcessRun();
beforeAll(() => run.start());
afterAll(() => run.stop());

async function clientOf(role: string) {
  return createClient({ baseUrl: run.gateway.apiUrl, auth: await run.accessToken(role) });
}

/** Waits for the invitation mail of the local run. Resolves to its token. */
function mailedToken(): Promise<string> {
  const spool = join(run.folder, 'mail');
  return until('the invitation', () => {
    const mails = existsSync(spool) ? readdirSync(spool).filter((file) => file.endsWith('.json')) : [];
    return mails.map((mail) => /tgi_\w+/.exec(readFileSync(join(spool, mail), 'utf8'))?.[0]).find(Boolean);
  });
}

test('the health endpoint needs no token, and every other endpoint does', async () => {
  expect(await (await fetch(`${run.gateway.apiUrl}/health`)).json()).toEqual({ status: 'ok', stage: 'local' });
  const refused = await fetch(`${run.gateway.apiUrl}/v1/me`);
  expect([refused.status, refused.headers.get('content-type')]).toEqual([401, 'application/problem+json']);
});

test('the API serves the same OpenAPI document as docs/generated/openapi.json', async () => {
  const document = await (await fetch(`${run.gateway.apiUrl}/v1/openapi.json`)).json();
  expect(document).toEqual(JSON.parse(readFileSync('docs/generated/openapi.json', 'utf8')));
});

test('an owner creates an account whose key works until it is revoked, and the audit log records each step', async () => {
  const client = await clientOf('owner');
  const { data: me } = await getMe({ client, throwOnError: true });
  const headers = { 'Idempotency-Key': 'account' };
  const { data: account } = await createAccount({ client, headers, body: { name: 'New' }, throwOnError: true });
  expect(account).toMatchObject({ name: 'New', ownerId: me.personId });
  const { data: again } = await createAccount({ client, headers, body: { name: 'New' }, throwOnError: true });
  expect(again.accountId).toBe(account.accountId);

  const path = { accountId: account.accountId };
  const { data: shown } = await createKey({ client, path, body: { label: 'ci' }, throwOnError: true });
  // A new wallet is empty.
  expect((await run.ask(shown.key)).status).toBe(402);
  expect(await run.tollgate('wallet', 'credit', account.accountId, '1.00')).toMatchObject({ code: 0 });
  expect((await run.ask(shown.key)).status).toBe(200);
  const keyPath = { ...path, keyId: shown.keyId };
  const { error } = await revokeKey({ client, path: keyPath, headers: { 'If-Match': '"9"' } });
  expect(error).toMatchObject({ status: 412, code: 'version_mismatch' });
  await revokeKey({ client, path: keyPath, headers: { 'If-Match': '"1"' }, throwOnError: true });
  const { data: keys } = await listKeys({ client, path, throwOnError: true });
  expect(keys.items).toMatchObject([{ keyId: shown.keyId, label: 'ci', revokedAt: expect.any(String) as string }]);

  const { response } = await getAccount({ client, path });
  const ifMatch = { 'If-Match': response?.headers.get('etag') ?? '' };
  await renameAccount({ client, path, headers: ifMatch, body: { name: 'Newer' }, throwOnError: true });
  const stale = await renameAccount({ client, path, headers: ifMatch, body: { name: 'Old' } });
  expect(stale.error).toMatchObject({ status: 412, code: 'version_mismatch' });

  const { data: events } = await listAuditEvents({ client, path, throwOnError: true });
  const actions = events.items.map(({ action }) => action);
  expect(actions).toEqual(['account.rename', 'key.revoke', 'key.create', 'account.create']);
  const { data: report } = await verifyAudit({ client, path, throwOnError: true });
  expect(report).toEqual({ events: 4, faults: [] });
});

test('an invited person joins the account, and others cannot tell that it exists', async () => {
  const owner = await clientOf('owner');
  const operator = await clientOf('operator');
  const { data: account } = await createAccount({ client: owner, body: { name: 'Shared' }, throwOnError: true });
  const path = { accountId: account.accountId };
  const auditor = await clientOf('auditor');
  expect((await getAccount({ client: auditor, path })).error).toMatchObject({ status: 404, code: 'account_not_found' });
  expect((await listKeys({ client: operator, path })).error).toMatchObject({ status: 403, code: 'not_allowed' });
  const { data: invitation } = await createInvitation({
    client: owner,
    path,
    throwOnError: true,
    body: { email: 'auditor@example.test', role: 'auditor' },
  });
  expect(invitation.token).toBeUndefined();
  await acceptInvitation({ client: auditor, body: { token: await mailedToken() }, throwOnError: true });
  const { data: mine } = await listMyAccounts({ client: auditor, throwOnError: true });
  expect(mine.items.map(({ accountId }) => accountId)).toContain(account.accountId);
});

test('an operator can route a model only to configured providers', async () => {
  const client = await clientOf('operator');
  const route = (...providers: string[]) =>
    changeCatalog({
      client,
      headers: { 'If-Match': '*' },
      body: { settings: [{ kind: 'route', model: 'gpt-4o-mini', route: { providers } }] },
    });
  expect((await route('demo', 'elsewhere')).error).toMatchObject({ status: 409, code: 'catalog_conflict' });
  expect((await route('demo')).data).toEqual({ version: 1 });
});

test('the API refuses a body that is too large or is not JSON, and keeps working', async () => {
  const headers = { authorization: `Bearer ${await run.accessToken('owner')}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'a'.repeat(70_000) });
  const refused = await fetch(`${run.gateway.apiUrl}/v1/accounts`, { method: 'POST', headers, body });
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([413, 'request_too_large']);
  const plain = { ...headers, 'content-type': 'text/plain' };
  expect(
    (await fetch(`${run.gateway.apiUrl}/v1/accounts`, { method: 'POST', headers: plain, body: '{}' })).status,
  ).toBe(415);
  expect((await fetch(`${run.gateway.apiUrl}/v1/me`, { headers })).status).toBe(200);
});
