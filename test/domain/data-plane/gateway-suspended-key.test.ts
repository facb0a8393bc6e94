import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { KeySuspensions } from '../../../lambdas/domain/keys/key-suspensions';
import { completion, whole } from './fake-providers';
import { chat, GatewayStage, messages, USAGE } from './gateway-stage';

test('a suspended key does not work until it is resumed, and other keys of its account do', async () => {
  const stage = await GatewayStage.open();
  stage.providers.play(whole(completion('hi', USAGE)));
  const suspensions = new KeySuspensions({ ...storeOf(stage), audit: new AuditLog(storeOf(stage)) });
  const good = stage.apiKey;
  const keyId = await stage.useRules({});
  const action = { accountId: stage.accountId, keyId, actor: DEPLOYMENT };
  expect(await suspensions.suspend({ ...action, reason: 'spend_jump' })).toBe(true);
  for (const sent of [chat(), { method: 'GET', path: '/v1/models' }, { path: '/v1/requests/req_1/cancel' }]) {
    const { status, json, bodyReads } = await stage.send(sent);
    expect([status, json, bodyReads]).toMatchObject([403, { error: { code: 'key_suspended' } }, 0]);
  }
  const anthropic = await stage.send(messages());
  expect([anthropic.status, anthropic.json]).toMatchObject([403, { error: { type: 'permission_error' } }]);
  expect(stage.providers.calls).toHaveLength(0);
  const headers = { authorization: `Bearer ${good}` };
  expect((await stage.send({ ...chat(), headers: { ...chat().headers, ...headers } })).status).toBe(200);
  await suspensions.resume(action);
  stage.turnedMs += 5_000;
  await stage.expectBalanced();
});

const storeOf = ({ engine }: { readonly engine: TableStore }) => ({ store: engine, clock: Date.now });
