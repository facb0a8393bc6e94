import { ProcessRun } from './process-run';
import { until } from './until';

const run = new ProcessRun();
beforeAll(() => run.start());
afterAll(() => run.stop());

type Answer = Readonly<Record<string, unknown>>;

const tokens = new Map<string, Promise<string>>();

/** The token of a role. A command prints it, so it is fetched once. */
function tokenOf(role: string): Promise<string> {
  const token = tokens.get(role) ?? run.accessToken(role);
  tokens.set(role, token);
  return token;
}

async function api(role: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(`${run.gateway.apiUrl}/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${await tokenOf(role)}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Answer;
}

const CARD = { card: 'pm_card_visa', name: 'Ada', email: 'ada@example.com' };
const ADDRESS = { line1: '1 Main St', city: 'Berlin', postal_code: '10115', country: 'DE' };

test('promise-25 a local run has a plan, whose subscription credits the wallet and grants its bonus', async () => {
  const { accountId } = run.gateway;
  const plan = { planId: 'demo', price: '20.00', interval: 'month', intervalCount: 1, bonus: '2.00' };
  expect(await api('developer', '/plans')).toEqual({ items: [plan] });
  const begun = await api('billing', `/accounts/${accountId}/subscriptions`, { planId: 'demo' });
  const page = new URLSearchParams({ ...ADDRESS, ...CARD });
  expect((await fetch(String(begun['url']), { method: 'POST', body: page, redirect: 'manual' })).status).toBe(303);
  await until('the credit of the subscription', async () => {
    const wallet = await api('owner', `/accounts/${accountId}/wallet`);
    return wallet['paid'] === '25.00' && wallet['promotional'] === '2.00';
  });
  expect(await api('owner', `/accounts/${accountId}/subscription`)).toMatchObject({ state: 'active', planId: 'demo' });
  const again = await api('owner', `/accounts/${accountId}/subscriptions`, { planId: 'demo' });
  expect(again).toMatchObject({ status: 409, code: 'subscription_exists' });
});

test('a restarted gateway offers the same plan, and knows the subscription', async () => {
  await run.interrupt();
  await run.startAgain();
  tokens.clear();
  const { accountId } = run.gateway;
  expect(await api('owner', `/accounts/${accountId}/subscription`)).toMatchObject({ state: 'active', planId: 'demo' });
});
