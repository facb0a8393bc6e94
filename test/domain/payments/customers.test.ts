import type Stripe from 'stripe';
import { stripeClient } from '../../../lambdas/adapters/stripe/stripe-client';
import { customerKey } from '../../../lambdas/contracts/storage/table-keys/funds';
import { ACCOUNTS } from '../../../lambdas/contracts/storage/tables';
import { readAutoTopUp } from '../../../lambdas/domain/payments/auto-top-up-settings';
import { picoOfCents } from '../../../lambdas/domain/payments/cents';
import { ACCOUNT } from '../wallet/wallet-stage';
import { PaymentsStage, RETURN_URL } from './payments-stage';

let stage: PaymentsStage;
let stripe: Stripe;
beforeEach(async () => {
  stage = await PaymentsStage.open();
  stripe = stripeClient({ apiKey: 'sk_test_local', apiUrl: stage.stripe.url });
  await stage.buy(1_000n);
  await stage.receive();
});
afterEach(() => stage.close());

const customer = async (): Promise<string> => (await stage.payments.customers.find(ACCOUNT)) ?? '';
const deleteCustomer = async (): Promise<string> => {
  const id = await customer();
  await stripe.customers.del(id);
  return id;
};

test('an account whose customer was deleted at Stripe gets another one, and its purchase is credited', async () => {
  const deleted = await deleteCustomer();
  await stage.buy(700n);
  await stage.receive();
  expect(await customer()).not.toBe(deleted);
  expect((await stage.view()).paidPico).toBe(picoOfCents(1_700n));
});

test('an account whose customer belongs to another Stripe account gets one of this account', async () => {
  await stage.wallet.engine.write({ table: ACCOUNTS, put: { ...customerKey(ACCOUNT), customerId: 'cus_elsewhere' } });
  await stage.buy(700n);
  await stage.receive();
  expect((await stage.view()).paidPico).toBe(picoOfCents(1_700n));
});

test('purchases that find a deleted customer at once share the one that replaces it', async () => {
  await deleteCustomer();
  const before = stage.stripe.controls.events('customer.created').length;
  await Promise.all([stage.buy(700n), stage.buy(800n), stage.buy(900n)]);
  expect(stage.stripe.controls.events('customer.created')).toHaveLength(before + 1);
});

test('an account whose customer was deleted at Stripe has no invoices and no subscription, and gets a portal', async () => {
  await deleteCustomer();
  expect(await stage.payments.plans.subscription(ACCOUNT)).toBeUndefined();
  expect(await stage.payments.openPortal(ACCOUNT, RETURN_URL)).toContain('http');
  expect(await stage.payments.listInvoices(ACCOUNT, { limit: 10 })).toMatchObject({ items: [], hasMore: false });
});

test('an interrupted charge of a customer that was deleted at Stripe ends, and turns the automatic top-up off', async () => {
  await stage.automate();
  await stage.spend(picoOfCents(600n));
  const [path, method] = ['/v1/payment_intents', 'POST'];
  stage.stripe.controls.failNext({ kind: 'disconnect', applied: true, method, path, times: 3 });
  await expect(stage.payments.autoTopUps.check(ACCOUNT)).rejects.toMatchObject({ code: 'payments_unavailable' });
  await deleteCustomer();
  await stage.payments.autoTopUps.complete();
  expect(await readAutoTopUp(stage.wallet.engine, ACCOUNT)).toMatchObject({ isOn: false, isCharging: false });
  // The charge was made, so its event credits it.
  await stage.receive();
  expect((await stage.view()).paidPico).toBe(picoOfCents(1_400n));
});
