import { assistedRestrictionSchema, restrictionViewSchema } from '../../../../contracts/http/restrictions';
import { defineRoute } from '../define-route';
import { inAccount } from './path-parameters';
import { expectAccount } from './payment-calls';

/** Restrictions of the processing of an account's data, and of one's own. */
export const RESTRICTION_ROUTES = [
  defineRoute({
    id: 'getRestriction',
    method: 'get',
    path: '/v1/accounts/{accountId}/restriction',
    permission: 'restriction.read',
    summary: 'Whether the processing of the account’s data is restricted',
    params: inAccount,
    answer: restrictionViewSchema,
    handle: async (dependencies, { params }) => {
      await expectAccount(dependencies, params.accountId);
      return (await dependencies.restrictions.get(params.accountId)) ?? {};
    },
  }),
  defineRoute({
    id: 'setRestriction',
    method: 'put',
    path: '/v1/accounts/{accountId}/restriction',
    permission: 'restriction.set',
    summary: 'Restrict the processing of the account’s data: its keys get 403 until the restriction is lifted',
    params: inAccount,
    handle: ({ restrictions }, { params, actor }) => restrictions.set({ ownerId: params.accountId, actor }),
  }),
  defineRoute({
    id: 'setAssistedRestriction',
    method: 'put',
    path: '/v1/accounts/{accountId}/assisted-restriction',
    permission: 'restriction.assist',
    summary: 'Restrict the processing of an account’s data for its owner',
    params: inAccount,
    body: assistedRestrictionSchema,
    handle: ({ restrictions }, { params, body, actor }) =>
      restrictions.set({ ownerId: params.accountId, actor, ...body }),
  }),
  defineRoute({
    id: 'liftRestriction',
    method: 'delete',
    path: '/v1/accounts/{accountId}/restriction',
    permission: 'restriction.lift',
    summary: 'Lift the restriction of the account',
    params: inAccount,
    handle: async (dependencies, { params, actor }) => {
      await expectAccount(dependencies, params.accountId);
      await dependencies.restrictions.lift({ ownerId: params.accountId, actor });
    },
  }),
  defineRoute({
    id: 'getMyRestriction',
    method: 'get',
    path: '/v1/me/restriction',
    permission: 'person.restrict',
    summary: 'Whether the processing of your own data is restricted',
    answer: restrictionViewSchema,
    handle: async ({ restrictions }, { personId }) => (await restrictions.get(personId)) ?? {},
  }),
  defineRoute({
    id: 'setMyRestriction',
    method: 'put',
    path: '/v1/me/restriction',
    permission: 'person.restrict',
    summary: 'Restrict the processing of your own data: keys that you pay for get 403 until you lift it',
    handle: ({ restrictions }, { personId, actor }) => restrictions.set({ ownerId: personId, actor }),
  }),
  defineRoute({
    id: 'liftMyRestriction',
    method: 'delete',
    path: '/v1/me/restriction',
    permission: 'person.restrict',
    summary: 'Lift the restriction of your own data',
    handle: ({ restrictions }, { personId, actor }) => restrictions.lift({ ownerId: personId, actor }),
  }),
];
