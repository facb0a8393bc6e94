import { picoOfCents } from '../../../lambdas/domain/payments/cents';
import { AmountOutOfRange, TooManyTopUps } from '../../../lambdas/domain/payments/payments-errors';
import { ACCOUNT } from '../wallet/wallet-stage';
import { PaymentsStage, RETURN_URL } from './payments-stage';

let stage: PaymentsStage;
afterEach(() => stage.close());

const available = async (): Promise<bigint> => (await stage.view()).availablePico;

test('a purchase on Stripe’s page is credited when its events arrive, and not when the customer returns', async () => {
  stage = await PaymentsStage.open();
  await stage.buy(2_500n);
  expect(await available()).toBe(0n);
  await stage.receive();
  expect(await stage.view()).toMatchObject({ availablePico: picoOfCents(2_500n), paidPico: picoOfCents(2_500n) });
});

test('a purchase is credited once, however often and in whatever order its events arrive', async () => {
  stage = await PaymentsStage.open();
  await stage.buy(2_500n);
  await stage.receive((ids) => [...ids].reverse());
  await stage.receive((ids) => [...ids, ...ids]);
  expect(await available()).toBe(picoOfCents(2_500n));
});

test('the tax on a purchase is paid to Stripe and not credited', async () => {
  stage = await PaymentsStage.open({ automaticTax: true });
  const paymentId = await stage.buy(2_500n, { country: 'DE' });
  await stage.receive();
  expect(await available()).toBe(picoOfCents(2_500n));
  const payment = await stage.payments.processor.payment(paymentId ?? '');
  expect(payment?.receivedCents).toBeGreaterThan(2_500n);
});

test('a declined purchase credits nothing', async () => {
  stage = await PaymentsStage.open();
  await stage.buy(2_500n, { card: 'pm_card_visa_chargeDeclined' });
  await stage.receive();
  expect(await available()).toBe(0n);
});

test.each([499n, 100_001n, 0n, -1n])('a purchase of %s cents is outside the limits', async (cents) => {
  stage = await PaymentsStage.open();
  await expect(stage.buy(cents)).rejects.toBeInstanceOf(AmountOutOfRange);
});

test('promise-31 an account can begin purchases up to an amount and a number a day', async () => {
  stage = await PaymentsStage.open();
  await stage.buy(100_000n);
  await expect(stage.buy(50_001n)).rejects.toBeInstanceOf(TooManyTopUps);
  await stage.buy(50_000n);
  stage.wallet.now += 24 * 3_600_000;
  for (let count = 0; count < 20; count += 1) await stage.buy(500n);
  await expect(stage.buy(500n)).rejects.toBeInstanceOf(TooManyTopUps);
});

test('a purchase that is begun again leads to the same page', async () => {
  stage = await PaymentsStage.open();
  const topUp = { accountId: ACCOUNT, topUpId: 'one', creditCents: 500n, savesMethod: false };
  const begin = () => stage.payments.topUps.begin({ ...topUp, successUrl: RETURN_URL, cancelUrl: RETURN_URL });
  expect(await begin()).toEqual(await begin());
});

test('a purchase whose reply is lost on the way can be begun again', async () => {
  stage = await PaymentsStage.open();
  stage.stripe.controls.failNext({ kind: 'server_error', path: '/v1/checkout', times: 3 });
  await expect(stage.buy(500n)).rejects.toMatchObject({ code: 'payments_unavailable' });
  expect(await stage.buy(500n)).toMatch(/^pi_/);
});

test('a payment of another deployment that uses the same Stripe account is left alone', async () => {
  stage = await PaymentsStage.open();
  const metadata = { tollgate_deployment: 'another', tollgate_account: ACCOUNT, tollgate_credit_cents: '2500' };
  stage.stripe.controls.seed([{ path: '/v1/payment_intents', params: intentOf({ metadata }) }]);
  await stage.receive();
  expect([await available(), stage.codes()]).toEqual([0n, []]);
});

test.each([
  ['in euros', { currency: 'eur' }, {}, 'other_currency'],
  ['that buys more than was paid', {}, { tollgate_credit_cents: '2501' }, 'no_credit'],
  ['that does not say what it buys', {}, { tollgate_credit_cents: 'much' }, 'no_credit'],
  ['that buys less than nothing', {}, { tollgate_credit_cents: '-1' }, 'no_credit'],
  ['of an account that does not exist', {}, { tollgate_account: 'acc_01JDZZZZZZZZZZZZZZZZZZZZZZ' }, 'unknown_account'],
])('a payment %s is kept as an exception, and alarms once', async (_, params, metadata, code) => {
  stage = await PaymentsStage.open();
  const ours = { tollgate_deployment: 'test-deployment', tollgate_account: ACCOUNT, tollgate_credit_cents: '2500' };
  stage.stripe.controls.seed([
    { path: '/v1/payment_intents', params: intentOf({ ...params, metadata: { ...ours, ...metadata } }) },
  ]);
  await stage.receive();
  await stage.receive();
  expect(await available()).toBe(0n);
  expect(stage.codes()).toEqual([`PAYMENT_EXCEPTION ${code}`]);
  expect((await stage.payments.exceptions.page({ limit: 10 })).items).toMatchObject([{ code }]);
});

function intentOf(params: Record<string, string | Record<string, string>>) {
  return { amount: '2500', currency: 'usd', payment_method: 'pm_card_visa', confirm: 'true', ...params };
}
