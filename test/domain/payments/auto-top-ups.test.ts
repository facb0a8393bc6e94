import { stripeClient } from '../../../lambdas/adapters/stripe/stripe-client';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { autoTopUpListingKey, chargingTopUpKey } from '../../../lambdas/contracts/storage/table-keys/funds';
import { ACCOUNTS } from '../../../lambdas/contracts/storage/tables';
import { HOUR_MS, SECOND_MS } from '../../../lambdas/domain/clock';
import { AutoTopUps } from '../../../lambdas/domain/payments/auto-top-up';
import { readAutoTopUp, setAutoTopUp } from '../../../lambdas/domain/payments/auto-top-up-settings';
import { picoOfCents } from '../../../lambdas/domain/payments/cents';
import { AutoTopUpTooSmall } from '../../../lambdas/domain/payments/payments-errors';
import { ACCOUNT } from '../wallet/wallet-stage';
import { PaymentsStage } from './payments-stage';

let stage: PaymentsStage;
beforeEach(async () => {
  stage = await PaymentsStage.open();
  await stage.buy(1_000n);
  await stage.receive();
  await stage.automate();
});
afterEach(() => stage.close());

const check = (): Promise<boolean> => stage.payments.autoTopUps.check(ACCOUNT);
const available = async (): Promise<bigint> => (await stage.view()).availablePico / picoOfCents(1n);
const charges = (): number => stage.stripe.controls.events('payment_intent.succeeded').length;
const state = async () => {
  const read = await readAutoTopUp(stage.wallet.store, ACCOUNT);
  if (read === undefined) throw new Error('there are no settings');
  return read;
};
const decline = (times = 1): void => stage.stripe.controls.setNextOutcome('card_declined', times);

test('an account that has enough is not charged', async () => {
  await stage.spend(picoOfCents(500n));
  expect([await check(), await available(), charges()]).toEqual([false, 500n, 1]);
});

test('an account that runs low buys credit with the saved payment method', async () => {
  await stage.spend(picoOfCents(501n));
  expect([await check(), await available()]).toEqual([true, 1_499n]);
  expect(await stage.messages()).toEqual(['invoice_issued', 'top_up_succeeded', 'top_up_succeeded']);
});

test('however many requests see the account run low at once, one charge is made', async () => {
  await stage.spend(picoOfCents(600n));
  const checks = await Promise.all(Array.from({ length: 20 }, check));
  expect(checks.filter(Boolean)).toHaveLength(1);
  expect([await available(), charges()]).toEqual([1_400n, 2]);
});

test.each([
  ['a disputed payment', (id: string) => void stage.stripe.controls.openDispute(id)],
  [
    'a payment that is refunded on Stripe’s own pages',
    (id: string) =>
      void stage.stripe.controls.seed([{ path: '/v1/refunds', params: { payment_intent: id, amount: '1000' } }]),
  ],
])('%s is not charged again, although the account runs low by it', async (_, takeBack) => {
  const [bought] = stage.stripe.controls.events('payment_intent.succeeded');
  takeBack((bought?.data.object as { readonly id: string }).id);
  await stage.receive();
  expect([await available(), await check(), charges()]).toEqual([0n, false, 1]);
  await stage.buy(1_000n);
  await stage.receive();
  await stage.automate({}, await state());
  await stage.spend(picoOfCents(600n));
  expect([await check(), charges()]).toEqual([true, 3]);
});

test('an account that is suspended is not charged', async () => {
  await stage.spend(picoOfCents(600n));
  await stage.wallet.accounts.suspend({ accountId: ACCOUNT, reason: 'abuse', actor: DEPLOYMENT });
  expect([await check(), charges()]).toEqual([false, 1]);
});

test('the webhook of an automatic top-up credits nothing more', async () => {
  await stage.spend(picoOfCents(600n));
  await check();
  await stage.receive();
  expect(await available()).toBe(1_400n);
});

test('a charge of which Stripe’s reply is lost is made once, and credited', async () => {
  await stage.spend(picoOfCents(600n));
  const path = '/v1/payment_intents';
  stage.stripe.controls.failNext({ kind: 'disconnect', applied: true, method: 'POST', path, times: 3 });
  await expect(check()).rejects.toMatchObject({ code: 'payments_unavailable' });
  expect(await check()).toBe(false);
  await stage.payments.autoTopUps.complete();
  await stage.payments.autoTopUps.complete();
  expect([await available(), charges()]).toEqual([1_400n, 2]);
});

test('a charge that was interrupted half a day ago is not repeated, but credited if it was made', async () => {
  await stage.spend(picoOfCents(600n));
  const path = '/v1/payment_intents';
  stage.stripe.controls.failNext({ kind: 'disconnect', applied: true, method: 'POST', path, times: 3 });
  await expect(check()).rejects.toMatchObject({ code: 'payments_unavailable' });
  stage.wallet.now += 13 * HOUR_MS;
  await stage.payments.autoTopUps.complete();
  expect([await available(), charges(), (await state()).isCharging]).toEqual([1_400n, 2, false]);
  await stage.receive();
  expect(await available()).toBe(1_400n);
});

test('a charge that was interrupted half a day ago and never made costs nothing, and the next one is made', async () => {
  await stage.spend(picoOfCents(600n));
  stage.stripe.controls.failNext({ kind: 'disconnect', method: 'POST', path: '/v1/payment_intents', times: 3 });
  await expect(check()).rejects.toMatchObject({ code: 'payments_unavailable' });
  stage.wallet.now += 13 * HOUR_MS;
  await stage.payments.autoTopUps.complete();
  await check();
  expect([await available(), charges(), (await state()).monthCents]).toEqual([1_400n, 2, 1_000n]);
});

test('a charge that Stripe made and then answered with a fault of its own is found, although Stripe repeats that fault', async () => {
  await stage.spend(picoOfCents(600n));
  stage.stripe.controls.failNext({ kind: 'server_error', applied: true, method: 'POST', path: '/v1/payment_intents' });
  await expect(check()).rejects.toMatchObject({ code: 'payments_unavailable' });
  await stage.payments.autoTopUps.complete();
  expect([await available(), charges(), (await state()).isCharging]).toEqual([1_400n, 2, false]);
});

test('after a declined charge the next one waits, longer each time, and the third turns it off', async () => {
  await stage.spend(picoOfCents(600n));
  decline(3);
  await check();
  expect(await check()).toBe(false);
  stage.wallet.now += HOUR_MS;
  await check();
  stage.wallet.now += HOUR_MS;
  expect(await check()).toBe(false);
  stage.wallet.now += HOUR_MS;
  await check();
  const failed = ['auto_top_up_failed', 'auto_top_up_failed'];
  const messages = ['auto_top_up_disabled', ...failed, 'invoice_issued', 'top_up_succeeded'];
  expect(await stage.messages()).toEqual(messages);
  expect(await state()).toMatchObject({ isOn: false, monthCents: 0n });
  expect([await check(), await available()]).toEqual([false, 400n]);
});

test('a charge that was interrupted is finished first, however many accounts want to be charged', async () => {
  await stage.spend(picoOfCents(600n));
  stage.stripe.controls.failNext({ kind: 'disconnect', path: '/v1/payment_intents', method: 'POST', times: 3 });
  await expect(check()).rejects.toThrow();
  // More accounts than a run can look at, all of them before this one.
  for (let index = 0; index < 200; index += 1) {
    const key = autoTopUpListingKey(`acc_00${String(index).padStart(24, '0')}`);
    await stage.wallet.engine.write({ table: ACCOUNTS, put: { ...key } });
  }
  let time = stage.wallet.now;
  const { store, funds } = stage.wallet;
  const { processor, customers } = stage.payments;
  const converge = (): Promise<void> => Promise.resolve();
  const clock = (): number => (time += SECOND_MS);
  const hurried = new AutoTopUps({ store, clock, funds, customers, processor, converge, notify: converge });
  await hurried.complete(time + 30 * SECOND_MS);
  expect([await state(), charges()]).toMatchObject([{ isCharging: false }, 2]);
});

test('a charge that an earlier release began and did not list as running is finished', async () => {
  await stage.spend(picoOfCents(600n));
  stage.stripe.controls.failNext({ kind: 'disconnect', path: '/v1/payment_intents', method: 'POST', times: 3 });
  await expect(check()).rejects.toThrow();
  await stage.wallet.engine.write({ table: ACCOUNTS, delete: chargingTopUpKey(ACCOUNT) });
  await stage.payments.autoTopUps.complete();
  expect([await state(), await available(), charges()]).toMatchObject([{ isCharging: false }, 1_400n, 2]);
});

test('a charge that the bank wants its customer to confirm is reported as such', async () => {
  await stage.spend(picoOfCents(600n));
  stage.stripe.controls.setNextOutcome('authentication_required');
  await check();
  expect(await stage.messages()).toEqual(['auto_top_up_action_needed', 'invoice_issued', 'top_up_succeeded']);
  expect(await available()).toBe(400n);
});

test('a charge that Stripe refuses as invalid counts as declined, and is not repeated', async () => {
  const known = await state();
  // Stripe charges no less than 50 cents.
  await stage.automate({ thresholdCents: 10n, amountCents: 10n }, known);
  await stage.spend(picoOfCents(995n));
  expect([await check(), await state()]).toMatchObject([true, { isCharging: false, declines: 1, monthCents: 0n }]);
  expect(await stage.messages()).toContain('auto_top_up_failed');
});

test('a success forgets earlier declined charges', async () => {
  await stage.spend(picoOfCents(600n));
  decline();
  await check();
  stage.wallet.now += HOUR_MS;
  await check();
  expect(await state()).toMatchObject({ declines: 0, isOn: true });
});

test('no more is bought in a month than its limit allows', async () => {
  for (let count = 0; count < 5; count += 1) {
    await stage.spend(picoOfCents(1_000n));
    await check();
  }
  await stage.spend(picoOfCents(1_000n));
  expect([await check(), charges()]).toEqual([false, 6]);
  // From November into December.
  stage.wallet.now += 15 * 24 * HOUR_MS;
  expect(await check()).toBe(true);
});

test('an account without a saved payment method is told that it is turned off', async () => {
  await stage.spend(picoOfCents(600n));
  const stripe = stripeClient({ apiKey: 'sk_test_local', apiUrl: stage.stripe.url });
  const customerId = (await stage.payments.customers.find(ACCOUNT)) ?? '';
  for await (const { id } of stripe.customers.listPaymentMethods(customerId)) await stripe.paymentMethods.detach(id);
  await check();
  expect(await stage.messages()).toEqual(['auto_top_up_disabled', 'invoice_issued', 'top_up_succeeded']);
});

test('an account in debt is not charged', async () => {
  await stage.spend(picoOfCents(1_000n));
  const [event] = stage.stripe.controls.events('payment_intent.succeeded');
  stage.stripe.controls.openDispute((event?.data.object as { id: string }).id);
  await stage.receive();
  expect((await stage.view()).debtPico).toBe(picoOfCents(1_000n));
  expect(await check()).toBe(false);
});

test('settings that change while a charge runs stay, and the charge ends', async () => {
  await stage.spend(picoOfCents(600n));
  const path = '/v1/payment_intents';
  stage.stripe.controls.failNext({ kind: 'hold', method: 'POST', path });
  const charging = check();
  while (stage.stripe.controls.heldCalls() === 0) await new Promise((resolve) => setImmediate(resolve));
  const off = { returnedPico: 0n, isOn: false, thresholdCents: 100n, amountCents: 2_000n, monthMaxCents: 9_000n };
  await stage.wallet.store.transact(setAutoTopUp(ACCOUNT, await state(), off).map(({ write }) => write));
  stage.stripe.controls.clearFaults();
  await charging;
  expect(await state()).toMatchObject({ isOn: false, isCharging: false, amountCents: 2_000n });
  expect(await available()).toBe(1_400n);
});

test.each([
  ['buys less than the threshold', { amountCents: 499n }],
  ['may buy less in a month than at a time', { monthMaxCents: 999n }],
  ['buys nothing', { amountCents: 0n, thresholdCents: 0n }],
])('an automatic top-up that %s is refused', (_, settings) => {
  const valid = { returnedPico: 0n, isOn: true, thresholdCents: 500n, amountCents: 1_000n, monthMaxCents: 5_000n };
  expect(() => setAutoTopUp(ACCOUNT, undefined, { ...valid, ...settings })).toThrow(AutoTopUpTooSmall);
});

describe('a charge that a bank delays', () => {
  const delayed = (): string => {
    const [event] = stage.stripe.controls.events('payment_intent.processing');
    return (event?.data.object as { id: string }).id;
  };
  beforeEach(async () => {
    await stage.spend(picoOfCents(600n));
    stage.stripe.controls.delayNext();
    await check();
  });

  test('a charge about which the bank decides later is the only one until it has decided, however long that takes', async () => {
    for (let day = 0; day < 5; day += 1) {
      await check();
      await stage.payments.autoTopUps.complete();
      stage.wallet.now += 24 * HOUR_MS;
    }
    expect([stage.stripe.controls.events('payment_intent.created').length, await available()]).toEqual([2, 400n]);
  });

  test('a delayed charge that succeeds credits the account, and the next dip causes the next charge', async () => {
    stage.stripe.controls.endProcessing(delayed(), true);
    await stage.payments.autoTopUps.complete();
    expect([await available(), (await state()).isCharging]).toEqual([1_400n, false]);
    await stage.spend(picoOfCents(1_000n));
    expect([await check(), await available()]).toEqual([true, 1_400n]);
  });

  test('a delayed charge that fails counts as declined', async () => {
    stage.wallet.now += 72 * HOUR_MS;
    stage.stripe.controls.endProcessing(delayed(), false);
    await stage.payments.autoTopUps.complete();
    expect(await state()).toMatchObject({ isCharging: false, declines: 1, monthCents: 0n });
    expect(await stage.messages()).toEqual(['auto_top_up_failed', 'invoice_issued', 'top_up_succeeded']);
  });
});
