import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import { ApiStage } from './api-stage';

const restrictionOf = (accountId: string): string => `/v1/accounts/${accountId}/restriction`;

test('promise-12 a restriction is set, seen by members and lifted by the owner, and both changes are in the audit log', async () => {
  const stage = await ApiStage.open();
  const path = restrictionOf(stage.accountId);
  expect((await stage.ask({ method: 'GET', path, as: 'developer' })).body).toEqual({});
  for (let times = 0; times < 2; times += 1)
    expect((await stage.ask({ method: 'PUT', path, as: 'owner' })).status).toBe(204);
  expect((await stage.ask({ method: 'GET', path, as: 'developer' })).body).toEqual({
    restrictedAt: new Date(stage.now).toISOString(),
    requestedBy: stage.person('owner'),
  });
  expect((await stage.ask({ method: 'DELETE', path, as: 'owner' })).status).toBe(204);
  expect(await stage.ask({ method: 'DELETE', path, as: 'owner' })).toMatchObject({
    status: 404,
    body: { code: 'restriction_not_found' },
  });
  const { items } = await stage.parts.audit.page(stage.accountId, { limit: 2 });
  expect(items.map(({ action, after }) => [action, after])).toEqual([
    ['restriction.lift', { restricted: false }],
    ['restriction.set', { restricted: true }],
  ]);
});

test('promise-12 an operator restricts an account for its owner, and the audit log has the identity check', async () => {
  const stage = await ApiStage.open();
  const path = `/v1/accounts/${stage.accountId}/assisted-restriction`;
  const body = { identityCheck: 'verified_email' };
  expect((await stage.ask({ method: 'PUT', path, as: 'operator', body })).status).toBe(204);
  const [event] = (await stage.parts.audit.page(stage.accountId, { limit: 1 })).items;
  expect([event?.action, event?.after]).toEqual(['restriction.assist', { restricted: true, ...body }]);
  const missing = {
    ...{ method: 'PUT', as: 'operator', body },
    path: path.replace(stage.accountId, 'acc_01JD0000000000000000000009'),
  };
  expect(await stage.ask(missing)).toMatchObject({ status: 404, body: { code: 'account_not_found' } });
});

test('promise-12 exports and erasures of a restricted account and of a restricted person work', async () => {
  const stage = await ApiStage.open();
  for (const ownerId of [stage.accountId, stage.person('owner'), stage.person('billing')])
    await stage.parts.restrictions.set({ ownerId, actor: DEPLOYMENT });
  stage.signedInAt = stage.now;
  for (const [path, as] of [
    [`/v1/accounts/${stage.accountId}/exports`, 'owner'],
    [`/v1/accounts/${stage.accountId}/erasures`, 'owner'],
    ['/v1/me/exports', 'billing'],
    ['/v1/me/erasures', 'billing'],
  ] as const)
    expect([path, (await stage.ask({ method: 'POST', path, as })).status]).toEqual([path, 201]);
  expect([stage.started.length, stage.erasuresStarted.length]).toEqual([2, 2]);
});
