import { ProcessRun } from './process-run';

const run = new ProcessRun();
beforeAll(() => run.start());
afterAll(() => run.stop());

const ADDRESS = {
  name: 'Ada',
  email: 'ada@example.com',
  line1: '1 Main St',
  city: 'Berlin',
  postal_code: '10115',
  country: 'DE',
};

async function api(role: string, path: string, body?: object, method = body === undefined ? 'GET' : 'POST') {
  const { apiUrl, accountId } = run.gateway;
  const response = await fetch(`${apiUrl}/v1/accounts/${accountId}${path}`, {
    method,
    headers: { authorization: `Bearer ${await run.accessToken(role)}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as { readonly [name: string]: unknown } };
}

/** Reads the wallet until it is as expected: events arrive a moment after the page has answered. */
async function walletWith(expected: object): Promise<void> {
  let wallet: object = {};
  for (let reads = 0; reads < 100; reads += 1) {
    wallet = (await api('owner', '/wallet')).json;
    if (Object.entries(expected).every(([name, value]) => wallet[name as keyof typeof wallet] === value)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(wallet).toMatchObject(expected);
}

async function pay(url: string, card = 'pm_card_visa'): Promise<Response> {
  const body = new URLSearchParams({ ...ADDRESS, card });
  return fetch(url, { method: 'POST', body, redirect: 'manual' });
}

test('a customer buys credit on a page of the local Stripe, and the payment credits the wallet', async () => {
  const { status, json } = await api('owner', '/top-ups', { amount: '25.00', saveMethod: true });
  expect(status).toBe(201);
  const url = String(json['url']);
  expect(await (await fetch(url)).text()).toContain('25.00');
  expect((await pay(url)).status).toBe(303);
  await walletWith({ available: '30.00', paid: '30.00', promotional: '0.00', debt: '0.00' });
  const { json: invoices } = await api('owner', '/invoices');
  expect(invoices['items']).toMatchObject([{ total: '25.00', state: 'paid' }]);
});

test('an account that runs low buys credit by itself, with the payment method that was saved', async () => {
  const settings = { isOn: true, threshold: '40', amount: '50', monthMax: '100' };
  expect((await api('owner', '/auto-top-up', settings, 'PUT')).status).toBe(200);
  await walletWith({ available: '80.00' });
  expect((await api('owner', '/auto-top-up')).json).toMatchObject({ boughtThisMonth: '50.00', declines: 0 });
});

test.each(['0.10', '4.99', '1000.01'])(
  'an automatic top-up has the limits of a purchase: $%s is refused',
  async (amount) => {
    const settings = { isOn: true, threshold: '0', amount, monthMax: '5000' };
    const { status, json } = await api('owner', '/auto-top-up', settings, 'PUT');
    expect([status, json['code']]).toEqual([400, 'amount_out_of_range']);
  },
);

test('a refund is refused while credit is bought automatically, and made afterwards', async () => {
  const { json } = await api('operator', '/refunds', { paymentId: 'pi_none', amount: '1' });
  expect(json).toMatchObject({ status: 409, code: 'auto_top_up_is_on' });
  const off = { isOn: false, threshold: '40', amount: '50', monthMax: '100' };
  await api('owner', '/auto-top-up', off, 'PUT');
  expect((await api('owner', '/refunds', { paymentId: 'pi_none', amount: '1' })).json).toMatchObject({ status: 404 });
});

test('an operator grants credit and a credit line, and the audit log has both', async () => {
  await api('operator', '/grants', { amount: '10', reason: 'welcome' });
  await api('operator', '/credit-line', { amount: '100' }, 'PUT');
  await walletWith({ promotional: '10.00', creditLine: '100.00', owed: '0.00', available: '190.00' });
  const { json } = await api('owner', '/audit?limit=10');
  expect(JSON.stringify(json)).toContain('wallet.grant');
  expect(JSON.stringify(json)).toContain('wallet.lend');
});

test.each([
  ['cents of a cent', '5.001'],
  ['a negative amount', '-5'],
  ['nothing', '0'],
  ['less than the least purchase', '4.99'],
  ['more than the largest purchase', '1000.01'],
  ['an amount beyond what numbers can hold', '9007199254740993'],
  ['text', 'five'],
])('a purchase of %s gets a clear error', async (_, amount) => {
  const { status, json } = await api('owner', '/top-ups', { amount });
  expect(status).toBe(400);
  expect(JSON.stringify(json)).toMatch(/amount/i);
});

test.each(['developer', 'auditor'])('a %s cannot buy credit', async (role) => {
  expect((await api(role, '/top-ups', { amount: '25' })).status).toBe(403);
});

test('events that are not signed with the webhook’s secret change nothing', async () => {
  const { status } = await fetch(`${run.gateway.apiUrl}/webhooks/stripe`, {
    method: 'POST',
    headers: { 'stripe-signature': `t=${Math.floor(Date.now() / 1_000)},v1=00` },
    body: JSON.stringify({ id: 'evt_1', type: 'charge.succeeded', data: { object: { id: 'pi_1' } } }),
  });
  expect(status).toBe(403);
});

test('a restarted gateway still knows the customer and the payments', async () => {
  await run.interrupt();
  await run.startAgain();
  await walletWith({ available: '190.00' });
  expect((await api('owner', '/invoices')).json['items']).toHaveLength(1);
  const { json } = await api('owner', '/portal', {});
  expect((await fetch(String(json['url']))).status).toBe(200);
});
