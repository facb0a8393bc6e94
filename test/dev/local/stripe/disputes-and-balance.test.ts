import type Stripe from 'stripe';
import { chargeOffSession, type LocalStripe, openLocalStripe, refusalOf } from './local-stripe';

let local: LocalStripe;
beforeEach(async () => {
  local = await openLocalStripe();
});
afterEach(() => local.fake.close());

const movements = async (params: Stripe.BalanceTransactionListParams = {}) =>
  (await local.stripe.balanceTransactions.list({ limit: 100, ...params })).data
    .reverse()
    .map(({ type, reporting_category, amount, fee, net }) => ({ type, reporting_category, amount, fee, net }));
const disputeTypes = (): string[] =>
  local.fake.controls.events().flatMap(({ type }) => (type.startsWith('charge.dispute.') ? [type.slice(15)] : []));

test('a dispute takes the payment and a fee, and a won one gives the payment back', async () => {
  const { id } = await chargeOffSession(local.stripe, 'pm_card_visa', 5000);
  const dispute = local.fake.controls.openDispute(id);
  expect(await local.stripe.disputes.retrieve(dispute.id)).toMatchObject({
    amount: 5000,
    status: 'needs_response',
    payment_intent: id,
    balance_transactions: [{ amount: -5000, fee: 1500, net: -6500, reporting_category: 'dispute' }],
  });
  expect(await local.stripe.charges.list({ payment_intent: id })).toMatchObject({ data: [{ disputed: true }] });
  local.fake.controls.winDispute(dispute.id);
  expect((await local.stripe.disputes.list({ payment_intent: id })).data).toMatchObject([{ status: 'won' }]);
  expect(await movements({ source: dispute.id })).toEqual([
    { type: 'adjustment', reporting_category: 'dispute', amount: -5000, fee: 1500, net: -6500 },
    { type: 'adjustment', reporting_category: 'dispute_reversal', amount: 5000, fee: 0, net: 5000 },
  ]);
  expect(disputeTypes()).toEqual(['created', 'funds_withdrawn', 'closed', 'funds_reinstated']);
});

test('a lost dispute keeps the payment, and a disputed payment cannot be refunded', async () => {
  const { id } = await chargeOffSession(local.stripe, 'pm_card_createDispute');
  const [dispute] = (await local.stripe.disputes.list({ payment_intent: id })).data;
  expect(await refusalOf(local.stripe.refunds.create({ payment_intent: id }))).toMatchObject({
    code: 'charge_disputed',
  });
  expect(await local.stripe.disputes.close(dispute!.id)).toMatchObject({ status: 'lost' });
  expect(await refusalOf(local.stripe.disputes.close(dispute!.id))).toMatchObject({ statusCode: 400 });
  expect(disputeTypes()).toEqual(['created', 'funds_withdrawn', 'closed']);
});

test.each([
  ['winning_evidence', 'won'],
  ['losing_evidence', 'lost'],
  ['It was delivered.', 'under_review'],
])('the evidence "%s" leaves a dispute %s', async (text, status) => {
  const { id } = await chargeOffSession(local.stripe, 'pm_card_visa');
  const dispute = local.fake.controls.openDispute(id);
  const updated = await local.stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: text } });
  expect(updated).toMatchObject({
    status,
    evidence: { uncategorized_text: text },
    evidence_details: { has_evidence: true, submission_count: 1 },
  });
});

test('an inquiry takes nothing until it becomes a dispute', async () => {
  const { id } = await chargeOffSession(local.stripe, 'pm_card_createDisputeInquiry', 1000);
  const [inquiry] = (await local.stripe.disputes.list({ payment_intent: id })).data;
  expect(inquiry).toMatchObject({
    status: 'warning_needs_response',
    is_charge_refundable: true,
    balance_transactions: [],
  });
  local.fake.controls.escalateDispute(inquiry!.id);
  expect(await local.stripe.disputes.retrieve(inquiry!.id)).toMatchObject({
    status: 'needs_response',
    balance_transactions: [{ amount: -1000 }],
  });
});

test('a dispute of a payment that was refunded in part takes the rest', async () => {
  const { id } = await chargeOffSession(local.stripe, 'pm_card_visa', 3000);
  await local.stripe.refunds.create({ payment_intent: id, amount: 1000 });
  expect(local.fake.controls.openDispute(id)).toMatchObject({ amount: 2000 });
});

test('a refund that fails later returns to the balance, and the charge can be refunded again', async () => {
  const { id } = await chargeOffSession(local.stripe, 'pm_card_visa', 3000);
  const refund = await local.stripe.refunds.create({ payment_intent: id });
  local.fake.controls.failRefund(refund.id);
  expect(await local.stripe.refunds.retrieve(refund.id)).toMatchObject({
    status: 'failed',
    failure_reason: 'lost_or_stolen_card',
  });
  expect(await movements({ source: refund.id })).toMatchObject([{ net: -3000 }, { type: 'refund_failure', net: 3000 }]);
  expect(await local.stripe.refunds.create({ payment_intent: id })).toMatchObject({
    amount: 3000,
    status: 'succeeded',
  });
});

test('every movement of the balance has a net of its amount without its fee, and the balance is their sum', async () => {
  const { id } = await chargeOffSession(local.stripe, 'pm_card_visa', 12_345);
  await local.stripe.refunds.create({ payment_intent: id, amount: 45 });
  const dispute = local.fake.controls.openDispute(id);
  local.fake.controls.winDispute(dispute.id);
  local.fake.controls.chargeFee(77);
  const all = await movements();
  expect(all.map(({ amount }) => amount)).toEqual([12_345, -45, -12_300, 12_300, -77]);
  for (const { amount, fee, net } of all) expect(net).toBe(amount - fee);
  expect(all[0]).toMatchObject({ fee: 388, net: 11_957 });
  const { available, pending } = await local.stripe.balance.retrieve();
  const sum = all.reduce((total, { net }) => total + net, 0);
  expect([available[0]!.amount, pending[0]!.amount]).toEqual([0, sum]);
  local.fake.controls.advance(2 * 86_400);
  expect((await local.stripe.balance.retrieve()).available[0]!.amount).toBe(sum);
});

test('movements of the balance can be filtered by their type and their time', async () => {
  await chargeOffSession(local.stripe, 'pm_card_visa', 1000);
  const { now } = local.fake.controls.advance(3600);
  const { id } = await chargeOffSession(local.stripe, 'pm_card_visa', 2000);
  await local.stripe.refunds.create({ payment_intent: id });
  expect(await movements({ type: 'charge' })).toMatchObject([{ amount: 1000 }, { amount: 2000 }]);
  expect(await movements({ created: { gte: now } })).toMatchObject([{ amount: 2000 }, { amount: -2000 }]);
  expect(await movements({ created: { lt: now } })).toMatchObject([{ amount: 1000 }]);
});

test('the next attempts end as a control says, whatever the card', async () => {
  local.fake.controls.setNextOutcome('insufficient_funds');
  const error = await refusalOf(chargeOffSession(local.stripe, 'pm_card_visa'));
  expect(error).toMatchObject({ code: 'card_declined', decline_code: 'insufficient_funds' });
  expect(await chargeOffSession(local.stripe, 'pm_card_visa')).toMatchObject({ status: 'succeeded' });
});

test('a payment that needs its owner can be authenticated on a page that returns to the caller', async () => {
  const { id: customer } = await local.stripe.customers.create({});
  const intent = await local.stripe.paymentIntents.create({
    amount: 900,
    currency: 'usd',
    customer,
    payment_method: 'pm_card_authenticationRequired',
    confirm: true,
    automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
    return_url: 'http://127.0.0.1:9/back',
  });
  expect(intent.status).toBe('requires_action');
  const page = intent.next_action!.redirect_to_url!.url!;
  const answered = await fetch(page, {
    method: 'POST',
    body: new URLSearchParams({ answer: 'complete' }),
    redirect: 'manual',
  });
  expect(answered.headers.get('location')).toContain(`http://127.0.0.1:9/back?payment_intent=${intent.id}`);
  expect(await local.stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'succeeded' });
});
