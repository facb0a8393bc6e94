import { alertRulesSchema, newAlertRulesSchema } from '../../../../contracts/http/alerts';
import { alertRulesOf, readAlertRules, setAlertRules } from '../../../../domain/usage/spend-watch/alert-rules';
import { defineRoute } from '../define-route';
import { inAccount } from './path-parameters';
import { recorded } from './payment-calls';

/** The rules by which an account's people and webhooks are told about its use. */
export const ALERT_ROUTES = [
  defineRoute({
    id: 'getAlertRules',
    method: 'get',
    path: '/v1/accounts/{accountId}/alerts',
    permission: 'alert.read',
    summary: 'The rules for alerts about failed requests and unusual spend',
    params: inAccount,
    answer: alertRulesSchema,
    handle: async ({ store }, { params }) => alertRulesOf(await readAlertRules(store, params.accountId)),
  }),
  defineRoute({
    id: 'setAlertRules',
    method: 'put',
    path: '/v1/accounts/{accountId}/alerts',
    permission: 'alert.change',
    summary: 'Have the account’s people and webhooks told when many requests fail, or an hour costs unusually much',
    params: inAccount,
    body: newAlertRulesSchema,
    answer: alertRulesSchema,
    ifMatch: 'optional',
    handle: async (dependencies, { params, body, actor, version }) => {
      const { accountId } = params;
      const writes = [setAlertRules(accountId, body, version)];
      await recorded(dependencies, 'alert.change', { accountId, actor, after: {} })(writes);
      return alertRulesOf(await readAlertRules(dependencies.store, accountId));
    },
  }),
];
