import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { customerWithCard, refusalOf, SUCCESS_URL, credit, idOf } from '../local-stripe';
import type { Target } from './target';

export async function monthlyPrice(stripe: Stripe, cents: number): Promise<string> {
  const { id } = await stripe.prices.create({
    currency: 'usd',
    unit_amount: cents,
    recurring: { interval: 'month' },
    product_data: { name: `Plan of ${cents}` },
  });
  return id;
}

export function billingCases({ name, stripe }: Target): void {
  test(`${name}: a subscription is paid at once, and its invoice names its price and its payment`, async () => {
    const { customer } = await customerWithCard(stripe(), 'pm_card_visa');
    const price = await monthlyPrice(stripe(), 2000);
    const subscription = await stripe().subscriptions.create({
      customer,
      items: [{ price, quantity: 2 }],
      metadata: { account: 'acc_1' },
      expand: ['latest_invoice.payments'],
    });
    expect(subscription).toMatchObject({ status: 'active', items: { data: [{ quantity: 2, price: { id: price } }] } });
    const invoice = subscription.latest_invoice as Stripe.Invoice;
    expect(invoice).toMatchObject({
      billing_reason: 'subscription_create',
      status: 'paid',
      total: 4000,
      amount_paid: 4000,
      parent: {
        type: 'subscription_details',
        subscription_details: { subscription: subscription.id, metadata: { account: 'acc_1' } },
      },
    });
    expect(invoice.lines.data[0]).toMatchObject({ amount: 4000, pricing: { price_details: { price } } });
    const paidBy = invoice.payments?.data[0]?.payment.payment_intent;
    expect(await stripe().paymentIntents.retrieve(idOf(paidBy))).toMatchObject({ status: 'succeeded', amount: 4000 });
    const listed = await stripe().invoicePayments.list({
      payment: { type: 'payment_intent', payment_intent: idOf(paidBy) },
    });
    expect(listed.data.map(({ invoice: id }) => id)).toEqual([invoice.id]);
  });

  test(`${name}: a subscription ends with its period, or at once`, async () => {
    const { customer } = await customerWithCard(stripe(), 'pm_card_visa');
    const { id, items } = await stripe().subscriptions.create({
      customer,
      items: [{ price: await monthlyPrice(stripe(), 1000) }],
    });
    const ending = await stripe().subscriptions.update(id, { cancel_at_period_end: true });
    expect(ending).toMatchObject({
      status: 'active',
      cancel_at_period_end: true,
      cancel_at: items.data[0]?.current_period_end,
    });
    expect(await stripe().subscriptions.update(id, { cancel_at_period_end: false })).toMatchObject({ cancel_at: null });
    expect(await stripe().subscriptions.cancel(id)).toMatchObject({ status: 'canceled' });
    expect((await stripe().subscriptions.list({ customer })).data).toEqual([]);
    expect((await stripe().subscriptions.list({ customer, status: 'all' })).data).toHaveLength(1);
  });

  test(`${name}: a coupon takes its part off a subscription's first invoice`, async () => {
    const { customer } = await customerWithCard(stripe(), 'pm_card_visa');
    const coupon = await stripe().coupons.create({ percent_off: 25, duration: 'once' });
    const subscription = await stripe().subscriptions.create({
      customer,
      items: [{ price: await monthlyPrice(stripe(), 1000) }],
      discounts: [{ coupon: coupon.id }],
      expand: ['latest_invoice'],
    });
    expect(subscription.latest_invoice).toMatchObject({
      subtotal: 1000,
      total: 750,
      total_discount_amounts: [{ amount: 250 }],
    });
    expect(await stripe().coupons.retrieve(coupon.id)).toMatchObject({ times_redeemed: 1 });
  });

  test(`${name}: a promotion code is found by its text`, async () => {
    const coupon = await stripe().coupons.create({ amount_off: 300, currency: 'usd', duration: 'once' });
    const code = `TEST${randomUUID().replaceAll('-', '')}`;
    const made = await stripe().promotionCodes.create({ code, promotion: { type: 'coupon', coupon: coupon.id } });
    expect((await stripe().promotionCodes.list({ code })).data.map(({ id }) => id)).toEqual([made.id]);
    expect(await stripe().promotionCodes.update(made.id, { active: false })).toMatchObject({ active: false });
  });

  test(`${name}: an invoice item is collected with the next invoice`, async () => {
    const { customer } = await customerWithCard(stripe(), 'pm_card_visa');
    await stripe().invoiceItems.create({ customer, amount: 1200, currency: 'usd', description: 'Statement' });
    const draft = await stripe().invoices.create({ customer, pending_invoice_items_behavior: 'include' });
    expect(draft).toMatchObject({ status: 'draft', total: 1200 });
    const open = await stripe().invoices.finalizeInvoice(draft.id);
    expect(open).toMatchObject({ status: 'open', amount_remaining: 1200 });
    expect([open.hosted_invoice_url, open.invoice_pdf]).toEqual([expect.any(String), expect.any(String)]);
    expect(await stripe().invoices.pay(draft.id)).toMatchObject({
      status: 'paid',
      amount_paid: 1200,
      amount_remaining: 0,
    });
    expect(await refusalOf(stripe().invoices.pay(draft.id))).toMatchObject({ statusCode: 400 });
  });

  test(`${name}: a checkout session is created, listed with its items, and expired`, async () => {
    const { id: customer } = await stripe().customers.create({});
    const session = await stripe().checkout.sessions.create({
      mode: 'payment',
      customer,
      client_reference_id: 'acc_1',
      success_url: SUCCESS_URL,
      line_items: [credit(1500)],
      metadata: { topUp: '1' },
    });
    expect(session).toMatchObject({
      object: 'checkout.session',
      amount_total: 1500,
      client_reference_id: 'acc_1',
      payment_status: 'unpaid',
      status: 'open',
      ui_mode: 'hosted_page',
    });
    const items = await stripe().checkout.sessions.listLineItems(session.id);
    expect(items.data).toMatchObject([{ amount_total: 1500, quantity: 1, description: 'Credit' }]);
    expect(await stripe().checkout.sessions.expire(session.id)).toMatchObject({ status: 'expired', url: null });
    expect(await refusalOf(stripe().checkout.sessions.expire(session.id))).toMatchObject({ statusCode: 400 });
    expect((await stripe().checkout.sessions.list({ customer })).data.map(({ id }) => id)).toEqual([session.id]);
  });
}
