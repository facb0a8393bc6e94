import { ulid } from 'ulid';
import type { z } from 'zod';
import {
  grantSchema,
  invoiceSchema,
  newCreditLineSchema,
  newGrantSchema,
  newPortalSchema,
  newRefundSchema,
  newTopUpSchema,
  paymentExceptionSchema,
  portalSchema,
  refundSchema,
  topUpSchema,
  walletSchema,
} from '../../../../contracts/http/payments';
import { DEPLOYMENT_CHAIN } from '../../../../contracts/storage/audit-event';
import { isoTime } from '../../../../contracts/storage/table-keys/key-parts';
import { formatUsd, parseUsd } from '../../../../domain/money/pico';
import { picoOfCents } from '../../../../domain/payments/cents';
import { readAutoTopUp } from '../../../../domain/payments/auto-top-up-settings';
import { AutoTopUpIsOn } from '../../../../domain/payments/payments-errors';
import type { ApiDependencies } from '../api-dependencies';
import { definePage } from '../define-page';
import { defineRoute } from '../define-route';
import { inAccount, ofPaymentException } from './path-parameters';
import { centsOf, expectAccount, paymentsOf, recorded, returnUrlOf } from './payment-calls';

async function readWallet(dependencies: ApiDependencies, accountId: string): Promise<z.input<typeof walletSchema>> {
  await expectAccount(dependencies, accountId);
  const view = await dependencies.funds.view(accountId);
  return {
    available: formatUsd(view.availablePico),
    held: formatUsd(view.heldPico),
    promotional: formatUsd(view.promotionalPico),
    paid: formatUsd(view.paidPico),
    creditLine: formatUsd(view.linePico + view.lineUsedPico),
    owed: formatUsd(view.lineUsedPico),
    debt: formatUsd(view.debtPico),
  };
}

/** The account's money, and how it comes in. */
export const PAYMENT_ROUTES = [
  defineRoute({
    id: 'getWallet',
    method: 'get',
    path: '/v1/accounts/{accountId}/wallet',
    permission: 'wallet.read',
    summary: 'What an account can spend, and where that came from',
    params: inAccount,
    answer: walletSchema,
    handle: (dependencies, { params }) => readWallet(dependencies, params.accountId),
  }),
  defineRoute({
    id: 'createTopUp',
    method: 'post',
    path: '/v1/accounts/{accountId}/top-ups',
    permission: 'payment.create',
    status: 201,
    summary: 'Begin a purchase of credit, which the customer pays on a page of Stripe',
    params: inAccount,
    body: newTopUpSchema,
    answer: topUpSchema,
    handle: async (dependencies, { params, body }) => {
      const topUpId = ulid(dependencies.clock());
      const returnUrl = returnUrlOf(dependencies, body.returnUrl);
      const { url } = await paymentsOf(dependencies).topUps.begin({
        ...params,
        topUpId,
        creditCents: centsOf(body.amount),
        savesMethod: body.saveMethod,
        successUrl: returnUrl,
        cancelUrl: returnUrl,
      });
      return { topUpId, url };
    },
  }),
  defineRoute({
    id: 'createPortal',
    method: 'post',
    path: '/v1/accounts/{accountId}/portal',
    permission: 'payment.create',
    status: 201,
    summary: 'Open a page of Stripe on which payment methods and subscriptions are managed',
    params: inAccount,
    body: newPortalSchema,
    answer: portalSchema,
    handle: async (dependencies, { params, body }) => {
      const returnUrl = returnUrlOf(dependencies, body.returnUrl);
      return { url: await paymentsOf(dependencies).openPortal(params.accountId, returnUrl) };
    },
  }),
  definePage({
    id: 'listInvoices',
    path: '/v1/accounts/{accountId}/invoices',
    permission: 'billing.read',
    summary: 'The invoices and receipts of an account, newest first',
    params: inAccount,
    item: invoiceSchema,
    read: async (dependencies, { params }, { limit, after }) => {
      const page = { limit, after: after?.sk };
      const { items, hasMore } = await paymentsOf(dependencies).listInvoices(params.accountId, page);
      const last = items.at(-1);
      return {
        items: items.map(({ totalCents, taxCents, at, ...invoice }) => ({
          ...invoice,
          total: formatUsd(picoOfCents(totalCents)),
          tax: formatUsd(picoOfCents(taxCents)),
          at: isoTime(at),
        })),
        ...(hasMore && last && { next: { pk: params.accountId, sk: last.invoiceId } }),
      };
    },
  }),
  defineRoute({
    id: 'createRefund',
    method: 'post',
    path: '/v1/accounts/{accountId}/refunds',
    permission: 'payment.refund',
    status: 201,
    summary: 'Pay unused credit back to the payment method that bought it',
    params: inAccount,
    body: newRefundSchema,
    answer: refundSchema,
    handle: async (dependencies, { params, body, actor, onceId }) => {
      const { accountId } = params;
      await expectAccount(dependencies, accountId);
      const { refunds } = paymentsOf(dependencies);
      if ((await readAutoTopUp(dependencies.store, accountId))?.isOn === true) throw new AutoTopUpIsOn();
      const refundId = `refund_${onceId}`;
      const { paymentId, amount } = body;
      const after = { payment: paymentId, amount };
      const record = recorded(dependencies, 'payment.refund', { accountId, actor, after });
      await refunds.refund({ accountId, paymentId, refundId, creditCents: centsOf(amount), record });
      return { refundId };
    },
  }),
  defineRoute({
    id: 'createGrant',
    method: 'post',
    path: '/v1/accounts/{accountId}/grants',
    permission: 'wallet.grant',
    status: 201,
    summary: 'Grant promotional credit, which is spent before paid credit',
    params: inAccount,
    body: newGrantSchema,
    answer: grantSchema,
    handle: async (dependencies, { params, body, actor, onceId }) => {
      const { accountId } = params;
      await expectAccount(dependencies, accountId);
      const { amount, reason, expiresAt } = body;
      const grantId = `grant_${onceId}`;
      const record = recorded(dependencies, 'wallet.grant', { accountId, actor, after: { amount } });
      await dependencies.funds.grant(
        {
          accountId,
          grantId,
          reason,
          amountPico: parseUsd(amount),
          expiresAt: expiresAt === undefined ? undefined : Date.parse(expiresAt),
        },
        record,
      );
      return { grantId };
    },
  }),
  defineRoute({
    id: 'setCreditLine',
    method: 'put',
    path: '/v1/accounts/{accountId}/credit-line',
    permission: 'wallet.lend',
    summary: 'Set how much an account may owe; it can shrink by no more than is unused',
    params: inAccount,
    body: newCreditLineSchema,
    answer: walletSchema,
    handle: async (dependencies, { params, body, actor }) => {
      const { accountId } = params;
      await expectAccount(dependencies, accountId);
      const changeId = `line_${ulid(dependencies.clock())}`;
      const record = recorded(dependencies, 'wallet.lend', { accountId, actor, after: { amount: body.amount } });
      await dependencies.funds.setLine({ accountId, changeId, linePico: parseUsd(body.amount) }, record);
      return readWallet(dependencies, accountId);
    },
  }),
  definePage({
    id: 'listPaymentExceptions',
    path: '/v1/payment-exceptions',
    permission: 'payment.exceptions',
    summary: 'The payments that could not be booked, and wait for an operator',
    item: paymentExceptionSchema,
    read: (dependencies, _call, page) => paymentsOf(dependencies).exceptions.page(page),
  }),
  defineRoute({
    id: 'resolvePaymentException',
    method: 'delete',
    path: '/v1/payment-exceptions/{paymentId}/{code}',
    permission: 'payment.resolve',
    summary: 'Take a payment that could not be booked, and was dealt with, off the list',
    params: ofPaymentException,
    handle: async ({ audit, ...dependencies }, { params, actor }) => {
      const { paymentId, code: exception } = params;
      const event = { chain: DEPLOYMENT_CHAIN, actor, action: 'payment.resolve', target: paymentId } as const;
      await paymentsOf({ ...dependencies, audit }).exceptions.resolve(params, (writes) =>
        audit.record({ ...event, after: { exception }, writes }),
      );
    },
  }),
];
