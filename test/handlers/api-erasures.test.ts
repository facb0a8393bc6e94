import { certificateKey } from '../../lambdas/contracts/storage/table-keys/privacy';
import { ACCOUNTS } from '../../lambdas/contracts/storage/tables';
import { MINUTE_MS } from '../../lambdas/domain/clock';
import { ApiStage } from './api-stage';
import { aStoppedErasure, anErasure } from './erasure-examples';

const erasuresOf = (accountId: string): string => `/v1/accounts/${accountId}/erasures`;

test('an erasure of another account does not exist', async () => {
  const stage = await ApiStage.open();
  const theirs = await anErasure(stage, stage.otherAccountId);
  for (const [method, more] of [
    ['GET', ''],
    ['POST', '/cancel'],
  ] as const) {
    const path = `${erasuresOf(stage.accountId)}/${theirs}${more}`;
    expect(await stage.ask({ method, path, as: 'owner' })).toMatchObject({
      status: 404,
      body: { code: 'erasure_not_found' },
    });
    const elsewhere = `${erasuresOf(stage.otherAccountId)}/${theirs}${more}`;
    expect(await stage.ask({ method, path: elsewhere, as: 'owner' })).toMatchObject({
      status: 404,
      body: { code: 'account_not_found' },
    });
  }
  const own = await anErasure(stage, stage.person('billing'));
  for (const more of ['', '/cancel']) {
    const path = `/v1/me/erasures/${own}${more}`;
    const method = more === '' ? 'GET' : 'POST';
    expect(await stage.ask({ method, path, as: 'owner' })).toMatchObject({ status: 404 });
  }
});

test('an erasure is requested by an owner who has just signed in, recorded, started and cancelled', async () => {
  const stage = await ApiStage.open();
  const path = erasuresOf(stage.accountId);
  stage.signedInAt = stage.now - 5 * MINUTE_MS - 1;
  expect(await stage.ask({ method: 'POST', path, as: 'owner' })).toMatchObject({
    status: 403,
    body: { code: 'sign_in_again' },
  });
  stage.signedInAt = stage.now;
  const made = await stage.ask({ method: 'POST', path, as: 'owner' });
  expect(made).toMatchObject({
    status: 201,
    body: { state: 'grace', balance: 'refund', requestedBy: stage.person('owner') },
  });
  const erasureId = String(made.body['erasureId']);
  expect(stage.erasuresStarted).toEqual([{ ownerId: stage.accountId, erasureId }]);
  expect(await stage.ask({ method: 'POST', path, as: 'owner' })).toMatchObject({
    status: 409,
    body: { code: 'erasure_running' },
  });
  expect(await stage.ask({ method: 'POST', path: `${path}/${erasureId}/cancel`, as: 'owner' })).toMatchObject({
    status: 204,
  });
  expect(await stage.ask({ method: 'GET', path, as: 'owner' })).toMatchObject({
    body: { items: [{ erasureId, state: 'cancelled' }] },
  });
  const { items } = await stage.parts.audit.page(stage.accountId, { limit: 2 });
  expect(items.map(({ action, target }) => [action, target])).toEqual([
    ['erasure.cancel', erasureId],
    ['erasure.request', erasureId],
  ]);
});

test('the owner of an account with members is told to transfer it before they erase themselves', async () => {
  const stage = await ApiStage.open();
  stage.signedInAt = stage.now;
  expect(await stage.ask({ method: 'POST', path: '/v1/me/erasures', as: 'owner' })).toMatchObject({
    status: 409,
    body: { code: 'transfer_ownership_first' },
  });
  expect(await stage.ask({ method: 'POST', path: '/v1/me/erasures', as: 'stranger' })).toMatchObject({
    status: 409,
    body: { code: 'erase_account_first' },
  });
  expect(await stage.ask({ method: 'POST', path: '/v1/me/erasures', as: 'billing' })).toMatchObject({ status: 201 });
});

test('an operator requests an erasure for an owner with a recorded check, and resolves one that has stopped', async () => {
  const stage = await ApiStage.open();
  const path = `/v1/accounts/${stage.accountId}/assisted-erasures`;
  expect(await stage.ask({ method: 'POST', path, as: 'operator', body: {} })).toMatchObject({ status: 400 });
  const body = { identityCheck: 'signed_in_call' };
  expect(await stage.ask({ method: 'POST', path, as: 'operator', body })).toMatchObject({ status: 201, body });
  const { items } = await stage.parts.audit.page(stage.accountId, { limit: 1 });
  expect(items).toMatchObject([{ action: 'erasure.assist', after: body }]);
  const erasureId = await aStoppedErasure(stage, stage.otherAccountId, 'refund_refused');
  const resolve = {
    method: 'POST',
    path: `${erasuresOf(stage.otherAccountId)}/${erasureId}/resolve`,
    as: 'operator',
  } as const;
  expect(await stage.ask({ ...resolve, body: { decision: 'refund' } })).toMatchObject({
    status: 409,
    body: { code: 'not_resolvable' },
  });
  expect(await stage.ask({ ...resolve, body: { decision: 'nothing' } })).toMatchObject({ status: 400 });
  expect(await stage.ask({ ...resolve, body: { decision: 'retry' } })).toMatchObject({ status: 204 });
  expect(await stage.ask({ ...resolve, body: { decision: 'retry' } })).toMatchObject({
    status: 409,
    body: { code: 'erasure_not_stopped' },
  });
});

test('an operator places, sees and lifts a legal hold, each of which is recorded', async () => {
  const stage = await ApiStage.open();
  const path = `/v1/accounts/${stage.accountId}/legal-hold`;
  const ask = (method: string) => stage.ask({ method, path, as: 'operator' });
  expect(await ask('GET')).toMatchObject({ status: 200, body: {} });
  expect(await ask('DELETE')).toMatchObject({ status: 404, body: { code: 'legal_hold_not_found' } });
  expect(await ask('PUT')).toMatchObject({ status: 204 });
  expect((await ask('GET')).body['placedAt']).toBeDefined();
  expect(await ask('DELETE')).toMatchObject({ status: 204 });
  const { items } = await stage.parts.audit.page(stage.accountId, { limit: 2 });
  expect(items.map(({ action }) => action)).toEqual(['erasure.lift', 'erasure.hold']);
});

test('a certificate is sent to anyone who knows its number, without a token, and to nobody else', async () => {
  const stage = await ApiStage.open();
  const erasureId = 'era_01JD0000000000000000000001';
  const certificate = {
    format: 'tollgate-erasure-certificate',
    version: 1,
    erasureId,
    deployment: 'd',
    subject: 'account',
    requestedAt: '2026-11-20T10:00:00.000Z',
    erasedAt: '2026-11-27T10:00:00.000Z',
    backupsEndBy: '2026-12-25T10:00:00.000Z',
    balancePolicy: 'refund',
    balanceOutcome: 'refunded',
    kept: [],
    endsAt: '2027-11-27T10:00:00.000Z',
    keyId: 'k',
  };
  const stored = { ...certificateKey(erasureId), certificate: JSON.stringify(certificate), signature: 'AA==' };
  await stage.store.write({ table: ACCOUNTS, put: stored });
  const get = (id: string) => stage.ask({ method: 'GET', path: `/v1/erasures/${id}/certificate` });
  expect(await get(erasureId)).toMatchObject({ status: 200, body: { certificate, signature: 'AA==' } });
  for (const other of ['era_01JD0000000000000000000002', 'x', '%00', 'certificate%23']) {
    expect(await get(other)).toMatchObject({ status: 404, body: { code: 'certificate_not_found' } });
  }
});

test('a person who is being erased is refused everywhere', async () => {
  const stage = await ApiStage.open();
  const personId = stage.person('billing');
  await stage.store.write({
    table: ACCOUNTS,
    update: { pk: personId, sk: 'person' },
    change: { set: { erasingSince: '2026-11-20T10:00:00.000Z' } },
  });
  expect(await stage.ask({ method: 'GET', path: '/v1/me', as: 'billing' })).toMatchObject({
    status: 403,
    body: { code: 'being_erased' },
  });
});
