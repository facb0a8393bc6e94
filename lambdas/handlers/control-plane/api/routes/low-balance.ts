import type { z } from 'zod';
import {
  autoTopUpSchema,
  lowBalanceSchema,
  newAutoTopUpSchema,
  newLowBalanceSchema,
} from '../../../../contracts/http/payments';
import { isoTime } from '../../../../contracts/storage/table-keys/key-parts';
import { formatUsd, parseUsd } from '../../../../domain/money/pico';
import { readAutoTopUp, setAutoTopUp } from '../../../../domain/payments/auto-top-up-settings';
import { picoOfCents } from '../../../../domain/payments/cents';
import type { ApiDependencies } from '../api-dependencies';
import { defineRoute } from '../define-route';
import { inAccount } from './path-parameters';
import { centsOf, expectAccount, paymentsOf, recorded } from './payment-calls';

async function viewAutoTopUp(
  dependencies: ApiDependencies,
  accountId: string,
): Promise<z.input<typeof autoTopUpSchema>> {
  const { store, clock } = dependencies;
  await expectAccount(dependencies, accountId);
  const state = await readAutoTopUp(store, accountId);
  const isThisMonth = state?.month === isoTime(clock()).slice(0, 7);
  return {
    isOn: state?.isOn ?? false,
    threshold: formatUsd(state?.thresholdPico ?? 0n),
    amount: formatUsd(picoOfCents(state?.amountCents ?? 0n)),
    monthMax: formatUsd(picoOfCents(state?.monthMaxCents ?? 0n)),
    boughtThisMonth: formatUsd(picoOfCents(isThisMonth ? state.monthCents : 0n)),
    declines: state?.declines ?? 0,
    isCharging: state?.isCharging ?? false,
  };
}

/** The settings for an account that runs low: credit is bought, or its people are told. */
export const LOW_BALANCE_ROUTES = [
  defineRoute({
    id: 'getAutoTopUp',
    method: 'get',
    path: '/v1/accounts/{accountId}/auto-top-up',
    permission: 'wallet.read',
    summary: 'The settings and the state of the automatic top-up',
    params: inAccount,
    answer: autoTopUpSchema,
    handle: (dependencies, { params }) => viewAutoTopUp(dependencies, params.accountId),
  }),
  defineRoute({
    id: 'setAutoTopUp',
    method: 'put',
    path: '/v1/accounts/{accountId}/auto-top-up',
    permission: 'payment.automate',
    summary: 'Have credit bought with the saved payment method when the account runs low',
    params: inAccount,
    body: newAutoTopUpSchema,
    answer: autoTopUpSchema,
    handle: async (dependencies, { params, body, actor }) => {
      const { accountId } = params;
      // Turning it off must work without Stripe.
      if (body.isOn) paymentsOf(dependencies).topUps.expectInRange(centsOf(body.amount));
      const { returnedPico } = await dependencies.funds.view(accountId);
      const writes = setAutoTopUp(accountId, await readAutoTopUp(dependencies.store, accountId), {
        isOn: body.isOn,
        returnedPico,
        thresholdCents: centsOf(body.threshold),
        amountCents: centsOf(body.amount),
        monthMaxCents: centsOf(body.monthMax),
      });
      const after = { automatic: body.isOn, amount: body.amount };
      await recorded(dependencies, 'payment.automate', { accountId, actor, after })(writes);
      if (body.isOn) await paymentsOf(dependencies).autoTopUps.check(accountId);
      return viewAutoTopUp(dependencies, accountId);
    },
  }),
  defineRoute({
    id: 'getLowBalance',
    method: 'get',
    path: '/v1/accounts/{accountId}/low-balance',
    permission: 'wallet.read',
    summary: 'The balance below which the account’s people are told',
    params: inAccount,
    answer: lowBalanceSchema,
    handle: async (dependencies, { params }) => {
      await expectAccount(dependencies, params.accountId);
      const known = await dependencies.lowBalances.read(params.accountId);
      return { threshold: formatUsd(known?.thresholdPico ?? 0n) };
    },
  }),
  defineRoute({
    id: 'setLowBalance',
    method: 'put',
    path: '/v1/accounts/{accountId}/low-balance',
    permission: 'payment.automate',
    summary: 'Have the account’s people told when its balance falls below a threshold',
    params: inAccount,
    body: newLowBalanceSchema,
    answer: lowBalanceSchema,
    handle: async (dependencies, { params, body, actor }) => {
      const { accountId } = params;
      const { lowBalances } = dependencies;
      const thresholdPico = parseUsd(body.threshold);
      const writes = lowBalances.set(accountId, await lowBalances.read(accountId), thresholdPico);
      const after = { amount: body.threshold };
      await recorded(dependencies, 'payment.automate', { accountId, actor, after })(writes);
      return { threshold: formatUsd(thresholdPico) };
    },
  }),
];
