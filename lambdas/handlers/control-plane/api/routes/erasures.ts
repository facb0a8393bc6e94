import {
  assistedErasureSchema,
  erasureDecisionSchema,
  erasureSchema,
  legalHoldViewSchema,
} from '../../../../contracts/http/erasures';
import { definePage } from '../define-page';
import { defineRoute } from '../define-route';
import { inAccount, ofErasure, ofOwnErasure } from './path-parameters';
import { expectAccount } from './payment-calls';

/** Erasures of accounts, and of oneself. */
export const ERASURE_ROUTES = [
  defineRoute({
    id: 'createErasure',
    method: 'post',
    path: '/v1/accounts/{accountId}/erasures',
    permission: 'erasure.request',
    status: 201,
    summary: 'Have the account erased after a grace period, if you signed in within five minutes',
    params: inAccount,
    answer: erasureSchema,
    handle: ({ erasures }, { params, actor, signedInAt }) =>
      erasures.request({ ownerId: params.accountId, actor, signedInAt }),
  }),
  defineRoute({
    id: 'createAssistedErasure',
    method: 'post',
    path: '/v1/accounts/{accountId}/assisted-erasures',
    permission: 'erasure.assist',
    status: 201,
    summary: 'Have an account erased for its owner, after a grace period',
    params: inAccount,
    body: assistedErasureSchema,
    answer: erasureSchema,
    handle: ({ erasures }, { params, body, actor }) => erasures.request({ ownerId: params.accountId, actor, ...body }),
  }),
  definePage({
    id: 'listErasures',
    path: '/v1/accounts/{accountId}/erasures',
    permission: 'erasure.read',
    summary: 'The erasure that is not over, and those that were cancelled within seven days, oldest first',
    params: inAccount,
    item: erasureSchema,
    read: async (dependencies, { params }, page) => {
      await expectAccount(dependencies, params.accountId);
      return dependencies.erasures.page(params.accountId, page);
    },
  }),
  defineRoute({
    id: 'getErasure',
    method: 'get',
    path: '/v1/accounts/{accountId}/erasures/{erasureId}',
    permission: 'erasure.read',
    summary: 'An erasure that is not over, or was cancelled within seven days',
    params: ofErasure,
    answer: erasureSchema,
    handle: async (dependencies, { params }) => {
      await expectAccount(dependencies, params.accountId);
      return dependencies.erasures.get(params.accountId, params.erasureId);
    },
  }),
  defineRoute({
    id: 'cancelErasure',
    method: 'post',
    path: '/v1/accounts/{accountId}/erasures/{erasureId}/cancel',
    permission: 'erasure.cancel',
    summary: 'Cancel an erasure in its grace period',
    params: ofErasure,
    handle: async (dependencies, { params, actor }) => {
      await expectAccount(dependencies, params.accountId);
      await dependencies.erasures.cancel({ ownerId: params.accountId, erasureId: params.erasureId, actor });
    },
  }),
  defineRoute({
    id: 'resolveErasure',
    method: 'post',
    path: '/v1/accounts/{accountId}/erasures/{erasureId}/resolve',
    permission: 'erasure.resolve',
    summary: 'Decide about an erasure that has stopped',
    params: ofErasure,
    body: erasureDecisionSchema,
    handle: async (dependencies, { params, body, actor }) => {
      await expectAccount(dependencies, params.accountId);
      await dependencies.erasures.resolve({ ownerId: params.accountId, erasureId: params.erasureId, actor, ...body });
    },
  }),
  defineRoute({
    id: 'getLegalHold',
    method: 'get',
    path: '/v1/accounts/{accountId}/legal-hold',
    permission: 'erasure.hold',
    summary: 'Whether a legal hold keeps the account from being erased',
    params: inAccount,
    answer: legalHoldViewSchema,
    handle: async (dependencies, { params }) => {
      await expectAccount(dependencies, params.accountId);
      return (await dependencies.legalHolds.get(params.accountId)) ?? {};
    },
  }),
  defineRoute({
    id: 'placeLegalHold',
    method: 'put',
    path: '/v1/accounts/{accountId}/legal-hold',
    permission: 'erasure.hold',
    summary: 'Keep the account from being erased until the hold is lifted',
    params: inAccount,
    handle: ({ legalHolds }, { params, actor }) => legalHolds.place({ ownerId: params.accountId, actor }),
  }),
  defineRoute({
    id: 'liftLegalHold',
    method: 'delete',
    path: '/v1/accounts/{accountId}/legal-hold',
    permission: 'erasure.lift',
    summary: 'Lift a legal hold: an erasure that it paused goes on',
    params: inAccount,
    handle: async (dependencies, { params, actor }) => {
      await expectAccount(dependencies, params.accountId);
      await dependencies.legalHolds.lift({ ownerId: params.accountId, actor });
    },
  }),
  defineRoute({
    id: 'createMyErasure',
    method: 'post',
    path: '/v1/me/erasures',
    permission: 'person.erase',
    status: 201,
    summary: 'Have your own data erased after a grace period, if you signed in within five minutes',
    answer: erasureSchema,
    handle: ({ erasures }, { personId, actor, signedInAt }) =>
      erasures.request({ ownerId: personId, actor, signedInAt }),
  }),
  definePage({
    id: 'listMyErasures',
    path: '/v1/me/erasures',
    permission: 'person.erase',
    summary: 'Your erasure that is not over, and those that you cancelled within seven days, oldest first',
    item: erasureSchema,
    read: ({ erasures }, { personId }, page) => erasures.page(personId, page),
  }),
  defineRoute({
    id: 'getMyErasure',
    method: 'get',
    path: '/v1/me/erasures/{erasureId}',
    permission: 'person.erase',
    summary: 'Your erasure that is not over, or was cancelled within seven days',
    params: ofOwnErasure,
    answer: erasureSchema,
    handle: ({ erasures }, { params, personId }) => erasures.get(personId, params.erasureId),
  }),
  defineRoute({
    id: 'cancelMyErasure',
    method: 'post',
    path: '/v1/me/erasures/{erasureId}/cancel',
    permission: 'person.erase',
    summary: 'Cancel your erasure in its grace period',
    params: ofOwnErasure,
    handle: ({ erasures }, { params, personId, actor }) =>
      erasures.cancel({ ownerId: personId, erasureId: params.erasureId, actor }),
  }),
];
