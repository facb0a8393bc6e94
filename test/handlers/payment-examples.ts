import { ulid } from 'ulid';
import { DEPLOYMENT } from '../../lambdas/domain/access/actor';
import { PaymentExceptions } from '../../lambdas/domain/payments/payment-exceptions';
import type { ApiStage } from './api-stage';
import { at, type Example } from './example';

const SILENT_LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };
const AUTO_TOP_UP = { isOn: false, threshold: '5', amount: '10', monthMax: '50' };

async function aPayment({ processor, parts }: ApiStage, accountId: string): Promise<string> {
  const paymentId = processor.pay({ accountId, creditCents: 2_500n });
  await parts.payments?.events.receive({ eventId: `evt_${paymentId}`, type: 'payment', objectId: paymentId });
  return paymentId;
}

async function aCoupon({ parts, now }: ApiStage): Promise<{ readonly couponId: string; readonly code: string }> {
  const coupon = { amountPico: 1_000n, reason: 'test', redemptionsMax: 10, validUntil: now + 60_000 };
  const { coupon: created, code } = await parts.coupons.create(DEPLOYMENT, coupon);
  return { couponId: created.couponId, code };
}

/** An exception that another process has logged. */
async function anException({ store, now }: ApiStage): Promise<string> {
  const paymentId = `pi_${ulid()}`;
  await new PaymentExceptions({ store, clock: () => now, log: SILENT_LOG }).add(paymentId, 'reused');
  return paymentId;
}

/** One request for each route about money. */
export const PAYMENT_EXAMPLES: { readonly [id: string]: Example } = {
  getWallet: at('/v1/accounts/{accountId}/wallet'),
  listEntries: at('/v1/accounts/{accountId}/entries'),
  createTopUp: at('/v1/accounts/{accountId}/top-ups', { body: { amount: '25' } }),
  getAutoTopUp: at('/v1/accounts/{accountId}/auto-top-up'),
  setAutoTopUp: at('/v1/accounts/{accountId}/auto-top-up', { body: AUTO_TOP_UP }),
  getLowBalance: at('/v1/accounts/{accountId}/low-balance'),
  setLowBalance: at('/v1/accounts/{accountId}/low-balance', { body: { threshold: '5' } }),
  createPortal: at('/v1/accounts/{accountId}/portal', { body: {} }),
  listInvoices: at('/v1/accounts/{accountId}/invoices'),
  createRefund: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/refunds`,
    body: { paymentId: await aPayment(stage, accountId), amount: '1' },
  }),
  createGrant: at('/v1/accounts/{accountId}/grants', { body: { amount: '1', reason: 'goodwill' } }),
  setCreditLine: at('/v1/accounts/{accountId}/credit-line', { body: { amount: '1' } }),
  listPaymentExceptions: at('/v1/payment-exceptions'),
  resolvePaymentException: async (stage) => ({ path: `/v1/payment-exceptions/${await anException(stage)}/reused` }),
  createCoupon: async ({ now }) => ({
    path: '/v1/coupons',
    body: { amount: '1', reason: 'test', redemptionsMax: 1, validUntil: new Date(now + 60_000).toISOString() },
  }),
  listCoupons: at('/v1/coupons'),
  deleteCoupon: async (stage) => ({ path: `/v1/coupons/${(await aCoupon(stage)).couponId}` }),
  redeemCoupon: async (stage, accountId) => ({
    path: `/v1/accounts/${accountId}/coupon-redemptions`,
    body: { code: (await aCoupon(stage)).code },
  }),
  listPlans: at('/v1/plans'),
  createSubscription: at('/v1/accounts/{accountId}/subscriptions', { body: { planId: 'demo' } }),
  getSubscription: at('/v1/accounts/{accountId}/subscription'),
  getStatement: at('/v1/accounts/{accountId}/statements/2026-10'),
};
