import { ulid } from 'ulid';
import {
  begunSubscriptionSchema,
  newSubscriptionSchema,
  plansAnswerSchema,
  subscriptionSchema,
} from '../../../../contracts/http/plans';
import { isoTime } from '../../../../contracts/storage/table-keys/key-parts';
import { formatUsd } from '../../../../domain/money/pico';
import { picoOfCents } from '../../../../domain/payments/cents';
import { defineRoute } from '../define-route';
import { inAccount } from './path-parameters';
import { expectAccount, paymentsOf, returnUrlOf } from './payment-calls';

/** Subscriptions that buy credit each period. */
export const PLAN_ROUTES = [
  defineRoute({
    id: 'listPlans',
    method: 'get',
    path: '/v1/plans',
    permission: 'person.read',
    summary: 'The plans that an account can subscribe to',
    answer: plansAnswerSchema,
    handle: async (dependencies) => {
      const plans = await paymentsOf(dependencies).plans.list();
      return {
        items: plans.map(({ planId, cents, interval, intervalCount, bonusPico }) => ({
          planId,
          price: formatUsd(picoOfCents(cents)),
          interval,
          intervalCount,
          bonus: formatUsd(bonusPico),
        })),
      };
    },
  }),
  defineRoute({
    id: 'createSubscription',
    method: 'post',
    path: '/v1/accounts/{accountId}/subscriptions',
    permission: 'payment.create',
    status: 201,
    summary: 'Begin a subscription, which the customer pays on a page of Stripe',
    params: inAccount,
    body: newSubscriptionSchema,
    answer: begunSubscriptionSchema,
    handle: async (dependencies, { params, body }) => {
      const returnUrl = returnUrlOf(dependencies, body.returnUrl);
      const { url } = await paymentsOf(dependencies).plans.subscribe({
        ...params,
        planId: body.planId,
        subscriptionId: ulid(dependencies.clock()),
        successUrl: returnUrl,
        cancelUrl: returnUrl,
      });
      return { url };
    },
  }),
  defineRoute({
    id: 'getSubscription',
    method: 'get',
    path: '/v1/accounts/{accountId}/subscription',
    permission: 'wallet.read',
    summary: 'The account’s subscription; it is changed and canceled on the page of the portal',
    params: inAccount,
    answer: subscriptionSchema,
    handle: async (dependencies, { params }) => {
      await expectAccount(dependencies, params.accountId);
      const found = await paymentsOf(dependencies).plans.subscription(params.accountId);
      if (found === undefined) return { state: 'none' };
      const { state, planId, periodEndsAt, endsAt } = found;
      return {
        state,
        ...(planId !== undefined && { planId }),
        ...(periodEndsAt !== undefined && { periodEndsAt: isoTime(periodEndsAt) }),
        ...(endsAt !== undefined && { endsAt: isoTime(endsAt) }),
      };
    },
  }),
];
