import type { KeyValuePort } from '../../../../dev/local/stripe/state/key-value';
import { openStripeFake } from '../../../../dev/local/stripe/open-stripe-fake';
import { chargeOffSession, clientOf, credit, openLocalStripe, START_MS, SUCCESS_URL } from './local-stripe';
import { openReceiver } from './webhook-receiver';

class MemoryPort implements KeyValuePort {
  readonly values = new Map<string, string>();
  load(): Iterable<readonly [string, string]> {
    return [...this.values].reverse();
  }
  set(key: string, value: string): void {
    this.values.set(key, value);
  }
}

async function control(url: string, name: string, body: object = {}): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}/_fake/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
}

test('objects, the time, idempotency keys and webhook endpoints survive a restart', async () => {
  const receiver = await openReceiver();
  const keyValue = new MemoryPort();
  const first = await openLocalStripe({ keyValue, webhooks: [{ url: receiver.url }] });
  const intent = await chargeOffSession(first.stripe, 'pm_card_visa', 1200);
  const customer = await first.stripe.customers.create({ name: 'Kept' }, { idempotencyKey: 'kept' });
  const { now } = first.fake.controls.advance(1000);
  await first.fake.close();
  const second = await openLocalStripe({ keyValue, webhooks: [{ url: receiver.url }] });
  expect(await second.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'succeeded' });
  expect(await second.stripe.customers.create({ name: 'Kept' }, { idempotencyKey: 'kept' })).toMatchObject({
    id: customer.id,
  });
  expect((await second.stripe.customers.list({ limit: 1 })).data[0]).toMatchObject({ id: customer.id });
  expect(second.fake.controls.tick()).toEqual({ now });
  expect((await second.stripe.webhookEndpoints.list()).data).toHaveLength(1);
  await second.fake.close();
  await receiver.close();
});

test('the local Stripe looks for what is due by itself if it is told how often', async () => {
  let now = START_MS;
  const fake = await openStripeFake({ clock: () => now, tickEveryMs: 1 });
  await clientOf(fake.url).checkout.sessions.create({
    mode: 'payment',
    success_url: SUCCESS_URL,
    line_items: [credit(500)],
  });
  now += 86_400_000;
  while (fake.controls.events('checkout.session.expired').length === 0)
    await new Promise((resolve) => setImmediate(resolve));
  await fake.close();
});

test('the controls answer over HTTP, to JSON only', async () => {
  const { fake, stripe } = await openLocalStripe();
  const seeded = await control(fake.url, 'seed', {
    calls: [
      { path: '/v1/products', params: { id: 'prod_plan', name: 'Plan' } },
      { path: '/v1/prices', params: { product: 'prod_plan', currency: 'usd', unit_amount: 900 } },
    ],
  });
  expect(seeded).toMatchObject({
    status: 200,
    body: [{ id: 'prod_plan' }, { product: 'prod_plan', unit_amount: 900 }],
  });
  expect(await control(fake.url, 'next-outcome', { outcome: 'card_declined' })).toMatchObject({ status: 200 });
  await expect(chargeOffSession(stripe, 'pm_card_visa')).rejects.toMatchObject({ code: 'card_declined' });
  const { id } = await chargeOffSession(stripe, 'pm_card_visa');
  expect(await control(fake.url, 'open-dispute', { id })).toMatchObject({
    body: { object: 'dispute', status: 'needs_response' },
  });
  expect(await control(fake.url, 'advance', { seconds: 60 })).toMatchObject({ body: { now: START_MS / 1000 + 60 } });
  expect(await control(fake.url, 'advance', { seconds: -1 })).toMatchObject({ status: 400 });
  expect(await control(fake.url, 'win-dispute', { id: 'du_unknown' })).toMatchObject({ status: 404 });
  expect(await control(fake.url, 'toString')).toMatchObject({ status: 404 });
  expect((await fetch(`${fake.url}/_fake/advance`, { method: 'POST', body: 'seconds=60' })).status).toBe(415);
  await fake.close();
});

test('a control pays a checkout session as its page would', async () => {
  const { fake, stripe } = await openLocalStripe();
  const { id } = await stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: SUCCESS_URL,
    line_items: [credit(800)],
  });
  await control(fake.url, 'pay', { session: id, card: 'pm_card_authenticationRequired' });
  expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'open' });
  await control(fake.url, 'authenticate', { id });
  expect(await stripe.checkout.sessions.retrieve(id)).toMatchObject({ status: 'complete', payment_status: 'paid' });
  await fake.close();
});
