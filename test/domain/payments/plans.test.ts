import type Stripe from 'stripe';
import type { StripeFake } from '../../../dev/local/stripe/open-stripe-fake';
import { stripeClient } from '../../../lambdas/adapters/stripe/stripe-client';
import type { PlanSettings } from '../../../lambdas/contracts/deployment/plans';
import { DAY_MS } from '../../../lambdas/domain/clock';
import { picoOfCents } from '../../../lambdas/domain/payments/cents';
import { PlanMissing, SubscriptionExists } from '../../../lambdas/domain/payments/payments-errors';
import { ACCOUNT } from '../wallet/wallet-stage';
import { PaymentsStage, RETURN_URL } from './payments-stage';
import { monthlyPrice } from './subscription-stage';

/** Monthly plans of $10 and $30; the smaller has a bonus of $2. */
function plansOf({ controls }: StripeFake): readonly PlanSettings[] {
  return [
    { id: 'small', stripePriceId: monthlyPrice(controls, 1_000), bonusUsd: '2' },
    { id: 'large', stripePriceId: monthlyPrice(controls, 3_000) },
  ];
}

let stage: PaymentsStage;
let stripe: Stripe;
afterEach(() => stage.close());

async function open(options: { readonly automaticTax?: boolean } = {}): Promise<void> {
  stage = await PaymentsStage.open({ ...options, plansOf });
  stripe = stripeClient({ apiKey: 'sk_test_local', apiUrl: stage.stripe.url });
}

const begin = (planId = 'small', subscriptionId = 'one') =>
  stage.payments.plans.subscribe({
    accountId: ACCOUNT,
    planId,
    subscriptionId,
    successUrl: RETURN_URL,
    cancelUrl: RETURN_URL,
  });

/** @returns the subscription's ID at Stripe */
async function subscribed(planId = 'small', country = 'US'): Promise<string> {
  const { checkoutId } = await begin(planId);
  const address = { country, city: 'X', line1: 'X', line2: null, postal_code: '10115', state: null };
  stage.stripe.controls.pay(checkoutId, 'pm_card_visa', { email: 'ada@example.com', name: 'Ada', address });
  await stage.receive();
  return (await stage.payments.plans.subscription(ACCOUNT))?.subscriptionId ?? '';
}

/** Lets days pass, and processes what happens at Stripe. */
async function pass(days: number): Promise<void> {
  stage.wallet.now += days * DAY_MS;
  stage.stripe.controls.tick();
  await stage.receive();
  await stage.wallet.funds.expireGrants();
}

const change = async (subscriptionId: string, planId: string): Promise<void> => {
  const { items } = await stripe.subscriptions.retrieve(subscriptionId);
  const price = (await stage.payments.plans.list()).findIndex((plan) => plan.planId === planId);
  const prices = await stripe.prices.list({ limit: 10 });
  const chosen = prices.data.find(({ unit_amount: amount }) => amount === [1_000, 3_000][price]);
  await stripe.subscriptions.update(subscriptionId, {
    items: [{ id: items.data[0]?.id ?? '', price: chosen?.id ?? '' }],
    proration_behavior: 'always_invoice',
  });
  await stage.receive();
};

/** The payments of all invoices, without credit at Stripe, in cents. */
async function paidAtStripe(): Promise<bigint> {
  const { data } = await stripe.invoices.list({ limit: 100 });
  return data.reduce((sum, invoice) => sum + BigInt(invoice.amount_paid), 0n);
}

const paid = async (): Promise<bigint> => (await stage.view()).paidPico;
const promotional = async (): Promise<bigint> => (await stage.view()).promotionalPico;

describe('a subscription', () => {
  test('promise-25 the first invoice credits what was paid, and the bonus lasts as long as the period', async () => {
    await open();
    await subscribed();
    expect(await stage.view()).toMatchObject({ paidPico: picoOfCents(1_000n), promotionalPico: picoOfCents(200n) });
    await stage.spend(picoOfCents(50n));
    expect(await promotional()).toBe(picoOfCents(150n));
    await pass(29);
    expect(await promotional()).toBe(picoOfCents(150n));
    expect(stage.codes()).toEqual([]);
  });

  test('promise-25 each renewal credits the period, and the bonus of the last one expires', async () => {
    await open();
    await subscribed();
    for (let month = 0; month < 3; month += 1) await pass(31);
    expect(await stage.view()).toMatchObject({ paidPico: picoOfCents(4_000n), promotionalPico: picoOfCents(200n) });
    await stage.receive((ids) => [...ids].reverse());
    expect(await paid()).toBe(picoOfCents(4_000n));
    const { differences } = await stage.payments.reconcile({ from: 0, to: stage.wallet.now + 1_000 });
    expect(differences).toEqual([]);
  });

  test('an upgrade within a period credits the difference that was paid', async () => {
    await open();
    const subscriptionId = await subscribed();
    await pass(15);
    await change(subscriptionId, 'large');
    const charged = await paidAtStripe();
    expect(charged).toBeGreaterThan(1_900n);
    expect(await paid()).toBe(picoOfCents(charged));
    expect(await promotional()).toBe(picoOfCents(200n));
  });

  test('a downgrade credits nothing until the credit at Stripe is used up, so each cent is credited once', async () => {
    await open();
    const subscriptionId = await subscribed('large');
    await pass(10);
    await change(subscriptionId, 'small');
    expect(await paid()).toBe(picoOfCents(3_000n));
    await pass(21);
    // Credit at Stripe has paid this period, so no money came in; its bonus is granted nevertheless.
    expect(await stage.view()).toMatchObject({ paidPico: picoOfCents(3_000n), promotionalPico: picoOfCents(200n) });
    await pass(31);
    await pass(31);
    expect(await paid()).toBe(picoOfCents(await paidAtStripe()));
    expect(stage.codes()).toEqual([]);
  });

  test('a renewal whose payment fails credits nothing, and does so once it is paid', async () => {
    await open();
    await subscribed();
    stage.stripe.controls.setNextOutcome('card_declined');
    await pass(31);
    expect(await stage.payments.plans.subscription(ACCOUNT)).toMatchObject({ state: 'past_due', planId: 'small' });
    expect(await stage.view()).toMatchObject({ paidPico: picoOfCents(1_000n), promotionalPico: 0n });
    await pass(3);
    expect(await stage.view()).toMatchObject({ paidPico: picoOfCents(2_000n), promotionalPico: picoOfCents(200n) });
  });

  test('a subscription whose renewals keep failing ends, and its credit stays', async () => {
    await open();
    await subscribed();
    stage.stripe.controls.setNextOutcome('card_declined', 10);
    for (const days of [31, 3, 5, 7]) await pass(days);
    expect(await stage.payments.plans.subscription(ACCOUNT)).toMatchObject({ state: 'canceled', isOver: true });
    expect(await stage.view()).toMatchObject({ paidPico: picoOfCents(1_000n), promotionalPico: 0n });
  });

  test('a subscription that is canceled at once buys nothing more, and keeps its credit and bonus', async () => {
    await open();
    await stripe.subscriptions.cancel(await subscribed());
    await stage.receive();
    expect(await stage.view()).toMatchObject({ paidPico: picoOfCents(1_000n), promotionalPico: picoOfCents(200n) });
    await pass(40);
    expect(await stage.view()).toMatchObject({ paidPico: picoOfCents(1_000n), promotionalPico: 0n });
  });

  test('a subscription that is canceled for the end of its period is not renewed', async () => {
    await open();
    await stripe.subscriptions.update(await subscribed(), { cancel_at_period_end: true });
    const subscription = await stage.payments.plans.subscription(ACCOUNT);
    expect(subscription).toMatchObject({ state: 'active', endsAt: subscription?.periodEndsAt });
    await pass(40);
    expect(await stage.payments.plans.subscription(ACCOUNT)).toMatchObject({ state: 'canceled' });
    expect(await paid()).toBe(picoOfCents(1_000n));
  });
});

describe('the tax of a subscription', () => {
  test('tax is not credited', async () => {
    await open({ automaticTax: true });
    await subscribed('small', 'DE');
    expect(await paidAtStripe()).toBeGreaterThan(1_000n);
    expect(await paid()).toBe(picoOfCents(1_000n));
  });

  test('a payment that credit at Stripe made smaller includes its share of the tax', async () => {
    await open({ automaticTax: true });
    const subscriptionId = await subscribed('small', 'DE');
    const { customer } = await stripe.subscriptions.retrieve(subscriptionId);
    await stripe.customers.update(typeof customer === 'string' ? customer : customer.id, { balance: -595 });
    await pass(31);
    // The second period cost $11.90, of which $5.95 were paid, with $0.95 of tax.
    expect(await paid()).toBe(picoOfCents(1_500n));
  });
});

describe('the bonus of a plan', () => {
  test('an invoice that is paid after its period has no bonus', async () => {
    await open();
    const { checkoutId } = await begin();
    stage.stripe.controls.pay(checkoutId, 'pm_card_visa');
    await pass(40);
    expect(await paid()).toBe(picoOfCents(2_000n));
    // The second period has begun meanwhile, and has its own.
    expect(await promotional()).toBe(picoOfCents(200n));
    expect((await stage.wallet.entries()).filter(({ kind }) => kind === 'grant')).toHaveLength(1);
  });

  test('a bonus whose event never arrived is granted by the reconciliation', async () => {
    await open();
    const { checkoutId } = await begin();
    stage.stripe.controls.pay(checkoutId, 'pm_card_visa');
    await stage.payments.reconcile({ from: 0, to: stage.wallet.now + 1_000 });
    expect(await promotional()).toBe(picoOfCents(200n));
    await stage.receive();
    expect(await promotional()).toBe(picoOfCents(200n));
  });
});

test('the plans are listed with their prices and bonuses', async () => {
  await open();
  expect(await stage.payments.plans.list()).toMatchObject([
    { planId: 'small', cents: 1_000n, interval: 'month', intervalCount: 1, bonusPico: picoOfCents(200n) },
    { planId: 'large', cents: 3_000n, bonusPico: 0n },
  ]);
});

test('an account has one subscription at a time, of a plan that exists', async () => {
  await open();
  expect(await stage.payments.plans.subscription(ACCOUNT)).toBeUndefined();
  await expect(begin('huge')).rejects.toBeInstanceOf(PlanMissing);
  const subscriptionId = await subscribed();
  await expect(begin('large', 'two')).rejects.toBeInstanceOf(SubscriptionExists);
  await stripe.subscriptions.cancel(subscriptionId);
  expect((await begin('large', 'three')).url).toContain('http');
});

describe('several pages on which an account can subscribe', () => {
  const pay = (checkoutId: string): unknown => stage.stripe.controls.pay(checkoutId, 'pm_card_visa');
  const subscriptions = async (): Promise<number> => (await stripe.subscriptions.list({ status: 'all' })).data.length;

  test('only the page that was opened last can be paid, so an account has one subscription', async () => {
    await open();
    const first = await begin('small', 'one');
    stage.wallet.now += 1_000;
    const second = await begin('large', 'two');
    expect(() => pay(first.checkoutId)).toThrow();
    pay(second.checkoutId);
    expect(await subscriptions()).toBe(1);
  });

  test('one of the pages that are opened at once can be paid, and the others cannot', async () => {
    await open();
    const pages = await Promise.all(['one', 'two', 'three'].map((id) => begin('small', id)));
    const paidPages = pages.filter(({ checkoutId }) => {
      try {
        pay(checkoutId);
        return true;
      } catch {
        return false;
      }
    });
    expect([paidPages.length, await subscriptions()]).toEqual([1, 1]);
  });

  test('a request that is repeated leads to the same page, which stays open', async () => {
    await open();
    const first = await begin('small', 'one');
    const again = await begin('small', 'one');
    expect(again).toEqual(first);
    pay(again.checkoutId);
    expect(await subscriptions()).toBe(1);
  });

  test('a page that is paid while the next one opens closes that one', async () => {
    await open();
    const first = await begin('small', 'one');
    stage.stripe.controls.failNext({ kind: 'hold', method: 'POST', path: '/v1/checkout/sessions' });
    const second = begin('large', 'two');
    while (stage.stripe.controls.heldCalls() === 0) await new Promise((resolve) => setImmediate(resolve));
    pay(first.checkoutId);
    stage.stripe.controls.clearFaults();
    await expect(second).rejects.toBeInstanceOf(SubscriptionExists);
    expect((await stripe.checkout.sessions.list({ status: 'open' })).data).toEqual([]);
    await stage.receive();
  });

  test('a page on which an account buys credit stays open when it subscribes', async () => {
    await open();
    const urls = { successUrl: RETURN_URL, cancelUrl: RETURN_URL };
    const topUp = { accountId: ACCOUNT, topUpId: 'one', creditCents: 500n, savesMethod: false, ...urls };
    const { checkoutId } = await stage.payments.topUps.begin(topUp);
    stage.wallet.now += 1_000;
    await begin();
    pay(checkoutId);
    await stage.receive();
    expect(await paid()).toBe(picoOfCents(500n));
  });
});

test('a plan whose price is not in dollars is left out, cannot be subscribed to, and is logged', async () => {
  const inEuros = ({ controls }: StripeFake): readonly PlanSettings[] => {
    const params = {
      currency: 'eur',
      unit_amount: '1000',
      recurring: { interval: 'month' },
      product_data: { name: 'Plan' },
    };
    const [price] = controls.seed([{ path: '/v1/prices', params }]) as { readonly id: string }[];
    return [{ id: 'euro', stripePriceId: price?.id ?? '' }];
  };
  stage = await PaymentsStage.open({ plansOf: inEuros });
  expect(await stage.payments.plans.list()).toEqual([]);
  await expect(begin('euro')).rejects.toBeInstanceOf(PlanMissing);
  expect(stage.codes()).toEqual(['PLAN_LEFT_OUT other_currency', 'PLAN_LEFT_OUT other_currency']);
});

test('an invoice that is marked as paid outside of Stripe buys neither credit nor a bonus, and waits for an operator', async () => {
  await open();
  await subscribed();
  stage.stripe.controls.setNextOutcome('card_declined');
  await pass(31);
  const { data } = await stripe.invoices.list({ status: 'open' });
  await stripe.invoices.pay(data[0]?.id ?? '', { paid_out_of_band: true });
  await stage.receive();
  expect(await stage.view()).toMatchObject({ paidPico: picoOfCents(1_000n), promotionalPico: 0n });
  expect(stage.codes()).toEqual(['PAYMENT_EXCEPTION paid_elsewhere']);
  const { items } = await stage.payments.exceptions.page({ limit: 10 });
  expect(items).toMatchObject([{ paymentId: data[0]?.id, code: 'paid_elsewhere', accountId: ACCOUNT }]);
});
