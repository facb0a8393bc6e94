import { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { byRole } from '../../../lambdas/domain/data-plane/identify-caller';
import { RoleVerifier } from '../../../lambdas/domain/keys/role-verifier';
import { completion, whole } from './fake-providers';
import type { Sent } from './fake-client';
import { FakeClient } from './fake-client';
import { chat, GatewayStage, messages } from './gateway-stage';

const USAGE = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };
const ROLE = 'arn:aws:iam::111122223333:role/worker';
const SESSION = 'jane@example.test';
const WORKER = `arn:aws:sts::111122223333:assumed-role/worker/${SESSION}`;

/** Opens the gateway for workloads, with a key for the role. */
async function open(rules = {}) {
  const stage = await GatewayStage.open();
  const { keyId } = await stage.keys.createForRole({ accountId: stage.accountId, role: ROLE, rules });
  const roles = new RoleVerifier({ store: stage.store, clock: Date.now });
  const gateway = new Gateway({ ...stage.dependencies, identify: byRole(roles) });
  stage.providers.play(whole(completion('hi', USAGE)));
  const send = async (sent: Sent, principal: string | undefined): Promise<FakeClient> => {
    const client = new FakeClient({ ...sent, headers: { 'x-api-key': keyId, ...sent.headers } }, Date.now() + 900_000);
    await gateway.handle(Object.assign(client, { principal }));
    return client;
  };
  return { stage, keyId, send };
}

describe('a workload that calls the gateway directly', () => {
  test('a workload’s request is paid by the account of the key that it names, and counts against that key', async () => {
    const { stage, keyId, send } = await open({ requestsPerMinute: 1 });
    const answer = await send(chat(), WORKER);
    expect(answer.status).toBe(200);
    expect(await stage.usage.newest(stage.accountId, 2)).toMatchObject([{ keyId, status: 'completed' }]);
    expect(await send(chat(), WORKER)).toMatchObject({ status: 429 });
    await stage.expectBalanced();
  });

  test('a workload’s session name and signature reach neither a provider nor a log', async () => {
    const { stage, send } = await open();
    const signed = { authorization: 'AWS4-HMAC-SHA256 Credential=AKIA', 'x-amz-security-token': 'token of a session' };
    await send({ ...chat(), headers: { ...chat().headers, ...signed } }, WORKER);
    const sent = JSON.stringify([stage.providers.calls, stage.lines]);
    expect(stage.providers.calls).toHaveLength(1);
    for (const secret of [SESSION, 'AKIA', 'token of a session', 'worker']) expect(sent).not.toContain(secret);
  });

  test.each([
    ['another role', chat(), 'arn:aws:sts::111122223333:assumed-role/other/session', 'invalid_request_error'],
    ['a caller that AWS has not authenticated', chat(), undefined, 'invalid_request_error'],
    [
      'another role, in Anthropic’s dialect',
      messages(),
      'arn:aws:sts::1:assumed-role/worker/s',
      'authentication_error',
    ],
  ])(
    'a request from %s is refused before its body is read, and the message says what to send instead',
    async (_who, sent, principal, type) => {
      const { send } = await open();
      const { status, json, bodyReads } = await send(sent, principal);
      expect([status, json, bodyReads]).toMatchObject([401, { error: { type } }, 0]);
      expect(JSON.stringify(json)).toContain('IAM role');
    },
  );

  test('a key with a secret is refused at the URL for workloads, whether it is sent in full or by its ID', async () => {
    const { stage, send } = await open();
    for (const headers of [{ 'x-api-key': stage.apiKey }, { 'x-api-key': '', authorization: `Bearer ${stage.apiKey}` }])
      expect(await send({ ...chat(), headers: { ...chat().headers, ...headers } }, WORKER)).toMatchObject({
        status: 401,
      });
  });
});

test('a role key is refused at the public endpoint', async () => {
  const { stage, keyId } = await open();
  const client = stage.client({ ...chat(), headers: { ...chat().headers, 'x-api-key': keyId } });
  await stage.gateway.handle(Object.assign(client, { principal: WORKER }));
  expect(client.status).toBe(401);
});
