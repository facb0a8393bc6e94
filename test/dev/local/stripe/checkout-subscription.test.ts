import type Stripe from 'stripe';
import { BUYER, type LocalStripe, openLocalStripe, press, SUCCESS_URL, works } from './local-stripe';

let local: LocalStripe;
beforeAll(async () => {
  local = await openLocalStripe();
});
afterAll(() => local.fake.close());

const openSession = (params: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> =>
  local.stripe.checkout.sessions.create({
    mode: 'subscription',
    success_url: SUCCESS_URL,
    line_items: [
      {
        price_data: {
          currency: 'usd',
          unit_amount: 1500,
          recurring: { interval: 'month' },
          product_data: { name: 'Plan' },
        },
        quantity: 1,
      },
    ],
    ...params,
  });

const retrieve = ({ id }: Stripe.Checkout.Session, expand: string[] = []): Promise<Stripe.Checkout.Session> =>
  local.stripe.checkout.sessions.retrieve(id, { expand });

test('a session in subscription mode begins a subscription with its metadata', async () => {
  const session = await openSession({ subscription_data: { metadata: { account: 'acc_1' } } });
  expect((await press(session.url!, { ...BUYER, card: 'pm_card_visa_chargeDeclined' })).status).toBe(402);
  expect(await retrieve(session)).toMatchObject({ status: 'open', subscription: null });
  await press(session.url!, works);
  expect(await retrieve(session, ['subscription', 'invoice'])).toMatchObject({
    status: 'complete',
    payment_status: 'paid',
    invoice: { status: 'paid', amount_paid: 1500, billing_reason: 'subscription_create' },
    subscription: { status: 'active', metadata: { account: 'acc_1' } },
  });
});

test('a subscription that a control lets fail leaves no subscription behind', async () => {
  const { id: customer } = await local.stripe.customers.create({});
  const session = await openSession({ customer });
  local.fake.controls.setNextOutcome('card_declined');
  expect((await press(session.url!, works)).status).toBe(402);
  expect((await local.stripe.subscriptions.list({ customer, status: 'all' })).data).toEqual([]);
  expect((await press(session.url!, works)).status).toBe(303);
});

test('a subscription with automatic tax adds the tax of the saved address to each invoice', async () => {
  const session = await openSession({ automatic_tax: { enabled: true } });
  await press(session.url!, works);
  const { subscription } = await retrieve(session, ['subscription']);
  local.fake.controls.advance(30 * 86_400);
  const { data } = await local.stripe.invoices.list({ subscription: (subscription as Stripe.Subscription).id });
  expect(data).toMatchObject([
    { billing_reason: 'subscription_cycle', subtotal: 1500, total: 1785, total_taxes: [{ amount: 285 }] },
    { billing_reason: 'subscription_create', total: 1785 },
  ]);
});

test('a subscription whose card needs authentication begins once its owner has authenticated', async () => {
  const session = await openSession();
  const asked = await press(session.url!, { ...BUYER, card: 'pm_card_authenticationRequiredOnSetup' });
  expect(asked.headers.get('location')).toBe(`/authenticate/${session.id}`);
  await press(`${local.fake.url}/authenticate/${session.id}`, { answer: 'complete' });
  expect(await retrieve(session, ['subscription'])).toMatchObject({
    status: 'complete',
    subscription: { status: 'active' },
  });
});

test('a subscription with a promotion code keeps its discount, which counts as redeemed', async () => {
  const coupon = await local.stripe.coupons.create({ percent_off: 50, duration: 'forever' });
  const { id } = await local.stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id } });
  const session = await openSession({ discounts: [{ promotion_code: id }] });
  await press(session.url!, works);
  expect(await retrieve(session, ['subscription.discounts', 'invoice'])).toMatchObject({
    amount_total: 750,
    invoice: { total: 750 },
    subscription: { discounts: [{ promotion_code: id, source: { coupon: coupon.id } }] },
  });
  expect(await local.stripe.promotionCodes.retrieve(id)).toMatchObject({ times_redeemed: 1 });
});
