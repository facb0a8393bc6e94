import { APIError } from 'openai';
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
import { apiClient } from './api-client';
import { signedIn } from './signed-in';
import { CHAT, openaiOf, type Stage } from './stage';

/** Tests the API, its function, the user pool and the tables together, which no other test does. */
export function testControlPlane(stage: () => Stage): void {
  const clientOf = (token: string) => apiClient(stage(), token);

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
