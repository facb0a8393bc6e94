import { CLIENT_ADDRESS_HEADER } from '../../lambdas/contracts/deployment/edge';
import { DEPLOYMENT_CHAIN } from '../../lambdas/contracts/storage/audit-event';
import { ApiStage } from './api-stage';

const ADDRESS = '192.0.2.77';

/** Creates a key and returns the audit event of it. */
async function actionFrom(stage: ApiStage, headers: { readonly [name: string]: string }) {
  const path = `/v1/accounts/${stage.accountId}`;
  const made = await stage.ask({ method: 'POST', path: `${path}/keys`, as: 'developer', body: {}, headers });
  const log = await stage.ask({ method: 'GET', path: `${path}/audit`, as: 'auditor', query: 'limit=1' });
  const [event] = log.body['items'] as readonly { readonly [name: string]: unknown }[];
  expect(event).toMatchObject({ action: 'key.create', target: made.body['keyId'] });
  return { event, text: log.text };
}

test.each([
  ['none', undefined],
  ['hmac', expect.stringMatching(/^hmac:[0-9a-f]{32}$/) as unknown],
  ['truncated', '192.0.2.0/24'],
  ['full', ADDRESS],
] as const)('the policy %s keeps %s of an address', async (addressPolicy, kept) => {
  const stage = await ApiStage.open({ addressPolicy });
  const { event, text } = await actionFrom(stage, { [CLIENT_ADDRESS_HEADER]: ADDRESS });
  expect(event?.['address']).toEqual(kept);
  if (addressPolicy !== 'full') expect(text).not.toContain(ADDRESS);
  const path = `/v1/accounts/${stage.accountId}/audit/verification`;
  expect((await stage.ask({ method: 'GET', path, as: 'auditor' })).body).toMatchObject({ faults: [] });
});

test('the network is kept by default, also of operators and of people who act on their own data', async () => {
  const stage = await ApiStage.open();
  const headers = { [CLIENT_ADDRESS_HEADER]: '2001:db8:1:2::3' };
  expect((await actionFrom(stage, headers)).event?.['address']).toBe('2001:db8:1:0:0:0:0:0/48');
  const appointed = { method: 'PUT', path: `/v1/operators/${stage.person('admin')}`, as: 'operator', headers };
  expect((await stage.ask(appointed)).status).toBeLessThan(300);
  const path = '/v1/audit';
  const { body } = await stage.ask({ method: 'GET', path, as: 'operator', query: 'limit=1' });
  expect(body['items']).toMatchObject([{ chain: DEPLOYMENT_CHAIN, address: '2001:db8:1:0:0:0:0:0/48' }]);
});

test('neither invalid addresses nor addresses that a client claims are kept', async () => {
  const stage = await ApiStage.open({ addressPolicy: 'full' });
  const claimed = { 'x-forwarded-for': ADDRESS, [CLIENT_ADDRESS_HEADER]: 'nonsense' };
  expect((await actionFrom(stage, claimed)).event).not.toHaveProperty('address');
});

test('a command of the deployment has no address', async () => {
  const stage = await ApiStage.open({ addressPolicy: 'full' });
  const { body } = await stage.ask({ method: 'GET', path: '/v1/audit', as: 'operator', query: 'limit=1' });
  expect(body['items']).toMatchObject([{ action: 'operator.appoint', actor: 'deployment' }]);
  expect((body['items'] as object[])[0]).not.toHaveProperty('address');
});
