import { payerIn } from './api-examples';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import { ApiStage } from './api-stage';

async function suspendedKey() {
  const stage = await ApiStage.open();
  const { accountId } = stage;
  const { keyId } = await stage.parts.keys.create({ accountId, payer: await payerIn(stage, accountId) });
  await stage.parts.keySuspensions.suspend({ accountId, keyId, actor: DEPLOYMENT, reason: 'spend_jump' });
  const path = `/v1/accounts/${accountId}/keys/${keyId}`;
  const resume = (as: string, account = accountId) =>
    stage.ask({ method: 'POST', path: `/v1/accounts/${account}/keys/${keyId}/resume`, as });
  const read = () => stage.ask({ method: 'GET', path, as: 'owner' });
  return { stage, keyId, path, resume, read };
}

test('a suspended key shows when and why it was suspended', async () => {
  const { stage, read } = await suspendedKey();
  const suspendedAt = new Date(stage.now).toISOString();
  expect((await read()).body).toMatchObject({ suspendedAt, suspensionReason: 'spend_jump', version: 2 });
});

test.each(['owner', 'admin', 'operator'])('the %s can resume a suspended key, with an event', async (as) => {
  const { stage, keyId, resume, read } = await suspendedKey();
  const { status, body } = await resume(as);
  expect([status, body['resumedAt']]).toEqual([200, new Date(stage.now).toISOString()]);
  expect((await read()).body).not.toHaveProperty('suspendedAt');
  const [event] = (await stage.parts.audit.page(stage.accountId, { limit: 1 })).items;
  const person = stage.person(as as 'owner');
  const actor = as === 'operator' ? `operator:${person}` : person;
  expect(event).toMatchObject({ action: 'key.resume', actor, target: keyId, after: { state: 'active' } });
  expect((await resume(as)).status).toBe(200);
});

test('a suspended key cannot be resumed by a developer or from another account', async () => {
  const { stage, resume } = await suspendedKey();
  expect(await resume('developer')).toMatchObject({ status: 403, body: { code: 'not_allowed' } });
  expect(await resume('stranger')).toMatchObject({ status: 404, body: { code: 'account_not_found' } });
  expect(await resume('stranger', stage.otherAccountId)).toMatchObject({
    status: 404,
    body: { code: 'key_not_found' },
  });
});

test('a suspended key cannot be rotated, because its successor would work before a person resumed it', async () => {
  const { stage, path, resume } = await suspendedKey();
  const rotate = (as: string) =>
    stage.ask({ method: 'POST', path: `${path}/rotate`, as, body: { graceSeconds: 3_600 } });
  for (const as of ['developer', 'admin', 'owner']) {
    expect(await rotate(as)).toMatchObject({ status: 409, body: { code: 'key_suspended' } });
  }
  await resume('owner');
  expect((await rotate('developer')).status).toBe(201);
});

test('a revoked key cannot be resumed, and the API cannot suspend keys', async () => {
  const { stage, path, resume } = await suspendedKey();
  expect((await stage.ask({ method: 'DELETE', path, as: 'owner' })).status).toBe(204);
  expect(await resume('owner')).toMatchObject({ status: 409, body: { code: 'key_not_live' } });
  expect((await stage.ask({ method: 'POST', path: `${path}/suspend`, as: 'operator' })).status).toBe(404);
});
