import { newSpendingRulesSchema, spendingRulesSchema } from '../../../../contracts/http/spending-rules';
import { defineRoute } from '../define-route';
import { inAccount } from './path-parameters';

/** The rules about what an account's requests cost together. */
export const SPENDING_ROUTES = [
  defineRoute({
    id: 'getSpendingRules',
    method: 'get',
    path: '/v1/accounts/{accountId}/spending-rules',
    permission: 'spending.read',
    summary: 'The rules about what the account’s requests cost together',
    params: inAccount,
    answer: spendingRulesSchema,
    handle: ({ spending }, { params }) => spending.get(params.accountId),
  }),
  defineRoute({
    id: 'setSpendingRules',
    method: 'put',
    path: '/v1/accounts/{accountId}/spending-rules',
    permission: 'spending.change',
    summary: 'Replace all of these rules; the next requests follow the new ones',
    params: inAccount,
    body: newSpendingRulesSchema,
    answer: spendingRulesSchema,
    ifMatch: 'optional',
    handle: ({ spending }, { params, body, actor, version }) =>
      spending.set({ ...params, rules: body, actor, version }),
  }),
];
