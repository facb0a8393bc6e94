import type Stripe from 'stripe';
import { monthlyPrice } from './cases/billing-cases';
import { customerWithCard, type LocalStripe, openLocalStripe } from './local-stripe';

const DAY = 86_400;
/** The period that begins on 2 November. */
const MONTH = 30 * DAY;

let local: LocalStripe;
beforeEach(async () => {
  local = await openLocalStripe();
});
afterEach(() => local.fake.close());

interface Subscribed {
  readonly id: string;
  readonly item: string;
  readonly customer: string;
}

async function subscribe(cents: number, card = 'pm_card_visa'): Promise<Subscribed> {
  const { customer } = await customerWithCard(local.stripe, card);
  const { id, items } = await local.stripe.subscriptions.create({
    customer,
    items: [{ price: await monthlyPrice(local.stripe, cents) }],
  });
  return { id, customer, item: items.data[0]!.id };
}

const retrieve = (id: string): Promise<Stripe.Subscription> => local.stripe.subscriptions.retrieve(id);
const invoicesOf = async (subscription: string): Promise<Stripe.Invoice[]> =>
  (await local.stripe.invoices.list({ subscription })).data.reverse();
const days = (count: number): void => void local.fake.controls.advance(count * DAY);

test('a subscription renews at the end of each period, at the time at which it was due', async () => {
  const { id } = await subscribe(1500);
  const start = (await retrieve(id)).items.data[0]!.current_period_start;
  local.fake.controls.advance(MONTH + 31 * DAY + 5);
  const invoices = await invoicesOf(id);
  expect(
    invoices.map(({ billing_reason, status, total, created }) => [billing_reason, status, total, created - start]),
  ).toEqual([
    ['subscription_create', 'paid', 1500, 0],
    ['subscription_cycle', 'paid', 1500, MONTH],
    ['subscription_cycle', 'paid', 1500, MONTH + 31 * DAY],
  ]);
  expect(invoices[1]!.lines.data[0]!.period).toEqual({ start: start + MONTH, end: start + MONTH + 31 * DAY });
});

test('a renewal that fails leaves the subscription past due, and a payment brings it back', async () => {
  const { id } = await subscribe(1500);
  local.fake.controls.setNextOutcome('card_declined');
  days(30);
  expect(await retrieve(id)).toMatchObject({ status: 'past_due' });
  const [, open] = await invoicesOf(id);
  expect(open).toMatchObject({ status: 'open', attempt_count: 1, amount_remaining: 1500 });
  expect(local.fake.controls.events('invoice.payment_failed')).toHaveLength(1);
  await local.stripe.invoices.pay(open!.id);
  expect(await retrieve(id)).toMatchObject({ status: 'active' });
});

test('a renewal that keeps failing is tried four times, and then the subscription ends', async () => {
  const { id } = await subscribe(1500);
  local.fake.controls.setNextOutcome('insufficient_funds', 4);
  days(30);
  days(3 + 5);
  expect(await retrieve(id)).toMatchObject({ status: 'past_due' });
  days(7);
  expect(await retrieve(id)).toMatchObject({ status: 'canceled', cancellation_details: { reason: 'payment_failed' } });
  expect((await invoicesOf(id)).at(-1)).toMatchObject({ status: 'open', attempt_count: 4, next_payment_attempt: null });
  expect(local.fake.controls.events('customer.subscription.deleted')).toHaveLength(1);
});

test('a subscription whose first payment fails is incomplete, and expires after 23 hours', async () => {
  const { id } = await subscribe(1500, 'pm_card_chargeCustomerFail');
  expect(await retrieve(id)).toMatchObject({ status: 'incomplete' });
  local.fake.controls.advance(23 * 3600);
  expect(await retrieve(id)).toMatchObject({ status: 'incomplete_expired' });
});

test('a subscription that is canceled while it is past due is no longer collected', async () => {
  const { id } = await subscribe(1500);
  local.fake.controls.setNextOutcome('card_declined');
  days(30);
  await local.stripe.subscriptions.cancel(id);
  days(30);
  expect((await invoicesOf(id)).at(-1)).toMatchObject({ status: 'open', attempt_count: 1 });
});

test('a retry that succeeds makes the subscription active again', async () => {
  const { id } = await subscribe(1500);
  local.fake.controls.setNextOutcome('card_declined');
  days(33);
  expect(await retrieve(id)).toMatchObject({ status: 'active' });
  expect((await invoicesOf(id)).at(-1)).toMatchObject({ status: 'paid', attempt_count: 2 });
});

test('a subscription that is canceled for the end of its period ends there without another invoice', async () => {
  const { id } = await subscribe(1500);
  await local.stripe.subscriptions.update(id, { cancel_at_period_end: true });
  days(29);
  expect(await retrieve(id)).toMatchObject({ status: 'active' });
  days(1);
  expect(await retrieve(id)).toMatchObject({ status: 'canceled', ended_at: local.fake.controls.tick().now });
  expect(await invoicesOf(id)).toHaveLength(1);
});

test('an upgrade in the middle of a period adds the difference for its rest to the next invoice', async () => {
  const { id, item } = await subscribe(1000);
  days(15);
  await local.stripe.subscriptions.update(id, { items: [{ id: item, price: await monthlyPrice(local.stripe, 3000) }] });
  expect(await invoicesOf(id)).toHaveLength(1);
  days(15);
  const [, next] = await invoicesOf(id);
  expect(next!.lines.data.map(({ amount }) => amount)).toEqual([-500, 1500, 3000]);
  expect(next).toMatchObject({ total: 4000, status: 'paid' });
});

test('an upgrade that is invoiced at once is paid at once', async () => {
  const { id, item } = await subscribe(1000);
  days(15);
  await local.stripe.subscriptions.update(id, {
    items: [{ id: item, price: await monthlyPrice(local.stripe, 3000) }],
    proration_behavior: 'always_invoice',
  });
  expect((await invoicesOf(id)).at(-1)).toMatchObject({
    billing_reason: 'subscription_update',
    total: 1000,
    status: 'paid',
  });
});

test('a downgrade that is invoiced at once becomes credit of the customer, which the next invoice uses', async () => {
  const { id, item, customer } = await subscribe(3000);
  days(15);
  await local.stripe.subscriptions.update(id, {
    items: [{ id: item, price: await monthlyPrice(local.stripe, 1000) }],
    proration_behavior: 'always_invoice',
  });
  expect((await invoicesOf(id)).at(-1)).toMatchObject({
    total: -1000,
    amount_due: 0,
    status: 'paid',
    ending_balance: -1000,
  });
  expect(await local.stripe.customers.retrieve(customer)).toMatchObject({ balance: -1000 });
  days(15);
  expect((await invoicesOf(id)).at(-1)).toMatchObject({
    total: 1000,
    amount_due: 0,
    starting_balance: -1000,
    ending_balance: 0,
  });
  expect((await local.stripe.charges.list({ customer })).data).toHaveLength(1);
});

test('a change without proration takes effect with the next period', async () => {
  const { id, item } = await subscribe(1000);
  await local.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 3 }], proration_behavior: 'none' });
  days(30);
  expect((await invoicesOf(id)).map(({ total }) => total)).toEqual([1000, 3000]);
});

test('a change to a yearly price begins a new period at once and credits the rest of the old one', async () => {
  const { id, item } = await subscribe(1000);
  days(15);
  const { id: price } = await local.stripe.prices.create({
    currency: 'usd',
    unit_amount: 10_000,
    recurring: { interval: 'year' },
    product_data: { name: 'Year' },
  });
  await local.stripe.subscriptions.update(id, { items: [{ id: item, price }] });
  expect((await invoicesOf(id)).at(-1)).toMatchObject({ total: 9500, status: 'paid' });
  const { current_period_start: start, current_period_end: end } = (await retrieve(id)).items.data[0]!;
  expect(end - start).toBe(365 * DAY);
});

test('a repeating coupon applies for its months', async () => {
  const { customer } = await customerWithCard(local.stripe, 'pm_card_visa');
  const coupon = await local.stripe.coupons.create({
    amount_off: 300,
    currency: 'usd',
    duration: 'repeating',
    duration_in_months: 2,
  });
  const { id } = await local.stripe.subscriptions.create({
    customer,
    items: [{ price: await monthlyPrice(local.stripe, 1000) }],
    discounts: [{ coupon: coupon.id }],
  });
  days(30 + 31 + 31);
  expect((await invoicesOf(id)).map(({ total }) => total)).toEqual([700, 700, 1000, 1000]);
});

test('a subscription of the 31st renews on the last day of shorter months', async () => {
  const clock = Date.UTC(2027, 0, 31, 12);
  const other = await openLocalStripe({ clock: () => clock });
  const { customer } = await customerWithCard(other.stripe, 'pm_card_visa');
  const { id } = await other.stripe.subscriptions.create({
    customer,
    items: [{ price: await monthlyPrice(other.stripe, 500) }],
  });
  other.fake.controls.advance(90 * DAY);
  const { data } = await other.stripe.invoices.list({ subscription: id });
  expect(data.map(({ created }) => new Date(created * 1000).toISOString().slice(0, 10))).toEqual([
    '2027-04-30',
    '2027-03-31',
    '2027-02-28',
    '2027-01-31',
  ]);
  await other.fake.close();
});
