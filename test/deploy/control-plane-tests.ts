import { APIError } from 'openai';
import { ORIGIN_SECRET_HEADER } from '../../lambdas/contracts/deployment/edge';
import { createClient } from '../../web/src/api/generated/client';
import {
  attestAdult,
  createAccount,
  createKey,
  getAccount,
  getMe,
  listAuditEvents,
  listOperators,
  renameAccount,
  verifyAudit,
} from '../../web/src/api/generated/sdk.gen';
import { addressedRequest } from './addressed-request';
import { signedIn } from './signed-in';
import { CHAT, openaiOf, type Stage } from './stage';

/** Tests the API, its function, the user pool and the tables together, which no other test does. */
export function testControlPlane(stage: () => Stage): void {
  /** The console's client, with the header that the edge would add. */
  function clientOf(token: string) {
    const { deployment, emulator, originSecret } = stage();
    const { host } = new URL(deployment.output('ControlPlaneUrl'));
    const viaEmulator = async (request: Request): Promise<Response> => {
      const { pathname, search } = new URL(request.url);
      const body = await request.text();
      const { status, text, headers } = await addressedRequest(emulator.endpoint, host, `${pathname}${search}`, {
        method: request.method,
        headers: { ...Object.fromEntries(request.headers), [ORIGIN_SECRET_HEADER]: originSecret },
        ...(body !== '' && { body: JSON.parse(body) as object }),
      });
      const responseHeaders = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
      return new Response(status === 204 ? null : text, { status: status ?? 0, headers: responseHeaders });
    };
    return createClient({ baseUrl: 'https://console.test/api', auth: token, fetch: viaEmulator as typeof fetch });
  }

  test('people can sign in, create an account and a key, and find both in the audit log', async () => {
    const { access, id } = await signedIn(stage(), 'owner@example.test');
    const client = clientOf(access);
    expect((await getMe({ client: clientOf(id) })).error).toMatchObject({ status: 401 });
    expect((await getMe({ client: clientOf(`${access.slice(0, -8)}AAAAAAAA`) })).error).toMatchObject({ status: 401 });
    const { data: me } = await getMe({ client, throwOnError: true });
    expect(me).toMatchObject({ isOperator: false });

    const headers = { 'Idempotency-Key': 'account' };
    const { data: account } = await createAccount({ client, headers, body: { name: 'Research' }, throwOnError: true });
    const { data: again } = await createAccount({ client, headers, body: { name: 'Research' }, throwOnError: true });
    expect(again).toEqual(account);
    const path = { accountId: account.accountId };
    const refused = await createKey({ client, path, body: {} });
    expect(refused.error).toMatchObject({ status: 403, code: 'attestation_required' });
    await attestAdult({ client, body: { adult: true }, throwOnError: true });
    const { data: shown } = await createKey({ client, path, body: { label: 'ci' }, throwOnError: true });
    // The key is accepted, and its account's wallet is empty.
    const asked: unknown = await openaiOf(stage(), { apiKey: shown.key })
      .chat.completions.create(CHAT)
      .catch((error: unknown) => error);
    expect(asked).toBeInstanceOf(APIError);
    expect((asked as APIError).status).toBe(402);

    const { response } = await getAccount({ client, path });
    const ifMatch = { 'If-Match': response?.headers.get('etag') ?? '' };
    await renameAccount({ client, path, headers: ifMatch, body: { name: 'Science' }, throwOnError: true });
    const stale = await renameAccount({ client, path, headers: ifMatch, body: { name: 'Art' } });
    expect(stale.error).toMatchObject({ status: 412, code: 'version_mismatch' });
    expect((await listOperators({ client })).error).toMatchObject({ status: 403 });

    const { data: events } = await listAuditEvents({ client, path, throwOnError: true });
    expect(events.items.map(({ action }) => action)).toEqual(['account.rename', 'key.create', 'account.create']);
    const { data: report } = await verifyAudit({ client, path, throwOnError: true });
    expect(report).toEqual({ events: 3, faults: [] });

    const stranger = clientOf((await signedIn(stage(), 'stranger@example.test')).access);
    expect((await getAccount({ client: stranger, path })).error).toMatchObject({
      status: 404,
      code: 'account_not_found',
    });
  });
}
