import type Stripe from 'stripe';
import { chargeOffSession, customerWithCard, refusalOf, idOf } from '../local-stripe';
import type { Target } from './target';

export function paymentCases({ name, stripe }: Target): void {
  test(`${name}: a payment that is confirmed at once needs a page to return to, or no method that needs one`, async () => {
    const error = await refusalOf(
      stripe().paymentIntents.create({
        amount: 500,
        currency: 'usd',
        payment_method: 'pm_card_visa',
        confirm: true,
      }),
    );
    expect(error).toMatchObject({ type: 'StripeInvalidRequestError' });
    expect(error.message).toContain('return_url');
  });

  test(`${name}: an off-session payment succeeds, and its charge names the movement of the balance`, async () => {
    const { id } = await chargeOffSession(stripe(), 'pm_card_visa', 2500);
    const intent = await stripe().paymentIntents.retrieve(id, { expand: ['latest_charge.balance_transaction'] });
    expect(intent).toMatchObject({ status: 'succeeded', amount_received: 2500 });
    const charge = intent.latest_charge as Stripe.Charge;
    const movement = charge.balance_transaction as Stripe.BalanceTransaction;
    expect(charge).toMatchObject({ paid: true, captured: true, amount: 2500, payment_intent: id });
    expect(movement).toMatchObject({ type: 'charge', reporting_category: 'charge', amount: 2500, source: charge.id });
    expect(movement.net).toBe(movement.amount - movement.fee);
  });

  test.each([
    ['pm_card_chargeCustomerFail', 'card_declined', 'generic_decline'],
    ['pm_card_authenticationRequired', 'authentication_required', 'authentication_required'],
  ])(`${name}: an off-session payment with %s fails with %s`, async (card, code, declineCode) => {
    const { customer, method } = await customerWithCard(stripe(), card);
    const error = await refusalOf(
      stripe().paymentIntents.create({
        amount: 900,
        currency: 'usd',
        customer,
        payment_method: method,
        off_session: true,
        confirm: true,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      }),
    );
    expect(error).toMatchObject({ statusCode: 402, type: 'StripeCardError', code, decline_code: declineCode });
    const { payment_intent: failed } = error.raw as { payment_intent: Stripe.PaymentIntent };
    expect(await stripe().paymentIntents.retrieve(failed.id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code, decline_code: declineCode },
    });
  });

  test(`${name}: a payment that failed can be confirmed with another card, and then no more`, async () => {
    const intent = await stripe().paymentIntents.create({
      amount: 700,
      currency: 'usd',
      allowed_payment_method_types: ['card'],
    });
    await refusalOf(
      stripe().paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa_chargeDeclinedInsufficientFunds' }),
    );
    expect(await stripe().paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa' })).toMatchObject({
      status: 'succeeded',
    });
    const error = await refusalOf(stripe().paymentIntents.cancel(intent.id));
    expect(error).toMatchObject({ statusCode: 400, code: 'payment_intent_unexpected_state' });
  });

  test(`${name}: a payment that was not made can be canceled`, async () => {
    const { id } = await stripe().paymentIntents.create({
      amount: 700,
      currency: 'usd',
      allowed_payment_method_types: ['card'],
    });
    expect(await stripe().paymentIntents.cancel(id, { cancellation_reason: 'abandoned' })).toMatchObject({
      status: 'canceled',
      cancellation_reason: 'abandoned',
    });
  });

  test.each([
    [49, 'amount_too_small'],
    [100_000_000, 'amount_too_large'],
    [10.5, 'parameter_invalid_integer'],
  ])(`${name}: a payment of %d cents is refused as %s`, async (amount, code) => {
    const error = await refusalOf(
      stripe().paymentIntents.create({ amount, currency: 'usd', allowed_payment_method_types: ['card'] }),
    );
    expect(error).toMatchObject({ statusCode: 400, type: 'StripeInvalidRequestError', code, param: 'amount' });
  });

  test(`${name}: a payment is refunded in parts, and never by more than is left`, async () => {
    const intent = await chargeOffSession(stripe(), 'pm_card_visa', 2000);
    const refund = await stripe().refunds.create({
      payment_intent: intent.id,
      amount: 500,
      reason: 'requested_by_customer',
    });
    expect(refund).toMatchObject({ amount: 500, status: 'succeeded', payment_intent: intent.id });
    expect(await stripe().balanceTransactions.retrieve(idOf(refund.balance_transaction))).toMatchObject({
      type: 'refund',
      amount: -500,
      net: -500,
      fee: 0,
      source: refund.id,
    });
    const error = await refusalOf(stripe().refunds.create({ payment_intent: intent.id, amount: 1501 }));
    expect(error.message).toBe('Refund amount ($15.01) is greater than unrefunded amount on charge ($15.00)');
    await stripe().refunds.create({ payment_intent: intent.id });
    expect(await stripe().charges.retrieve(idOf(intent.latest_charge))).toMatchObject({
      refunded: true,
      amount_refunded: 2000,
    });
    expect(await refusalOf(stripe().refunds.create({ payment_intent: intent.id }))).toMatchObject({
      code: 'charge_already_refunded',
    });
    expect((await stripe().refunds.list({ payment_intent: intent.id })).data.map(({ amount }) => amount)).toEqual([
      1500, 500,
    ]);
  });

  test(`${name}: a card is saved by a setup and can be charged afterwards`, async () => {
    const { id: customer } = await stripe().customers.create({});
    const setup = await stripe().setupIntents.create({
      customer,
      payment_method: 'pm_card_visa',
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      usage: 'off_session',
      allowed_payment_method_types: ['card'],
    });
    expect(setup.status).toBe('succeeded');
    const paid = await stripe().paymentIntents.create({
      amount: 500,
      currency: 'usd',
      customer,
      payment_method: idOf(setup.payment_method),
      off_session: true,
      confirm: true,
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    });
    expect(paid.status).toBe('succeeded');
  });

  test(`${name}: a card that is declined cannot be saved`, async () => {
    const { id: customer } = await stripe().customers.create({});
    const error = await refusalOf(
      stripe().setupIntents.create({
        customer,
        payment_method: 'pm_card_visa_chargeDeclined',
        confirm: true,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        allowed_payment_method_types: ['card'],
      }),
    );
    expect(error).toMatchObject({ statusCode: 402, code: 'card_declined', decline_code: 'generic_decline' });
    expect((await stripe().customers.listPaymentMethods(customer)).data).toEqual([]);
  });
}
