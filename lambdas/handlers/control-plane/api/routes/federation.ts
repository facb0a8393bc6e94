import { newTrustSchema, payerSchema, trustSchema } from '../../../../contracts/http/federation';
import { TrustNotFound } from '../../../../domain/federation/federation-errors';
import { definePage } from '../define-page';
import { defineRoute } from '../define-route';
import { inAccount, ofTrust } from './path-parameters';

/** The trusts of an account: the issuers whose tokens it accepts instead of stored keys. */
export const FEDERATION_ROUTES = [
  definePage({
    id: 'listTrusts',
    path: '/v1/accounts/{accountId}/trusts',
    permission: 'federation.read',
    summary: 'The trusted issuers, the oldest first',
    params: inAccount,
    item: trustSchema,
    read: ({ trusts }, { params }, page) => trusts.page(params.accountId, page),
  }),
  defineRoute({
    id: 'getTrust',
    method: 'get',
    path: '/v1/accounts/{accountId}/trusts/{trustId}',
    permission: 'federation.read',
    summary: 'One trust',
    params: ofTrust,
    answer: trustSchema,
    handle: async ({ trusts }, { params }) => {
      const trust = await trusts.get(params.accountId, params.trustId);
      if (!trust) throw new TrustNotFound();
      return trust;
    },
  }),
  defineRoute({
    id: 'createTrust',
    method: 'post',
    path: '/v1/accounts/{accountId}/trusts',
    status: 201,
    permission: 'federation.create',
    summary: 'Accept an issuer’s tokens instead of a stored key',
    params: inAccount,
    body: newTrustSchema,
    answer: trustSchema,
    handle: ({ trusts }, { params, body, actor }) => trusts.create({ ...params, trust: body, actor }),
  }),
  defineRoute({
    id: 'setTrustPayer',
    method: 'put',
    path: '/v1/accounts/{accountId}/trusts/{trustId}/payer',
    permission: 'federation.change',
    summary: 'Set the member whom the requests of the trust’s keys count for; keys that it has issued keep theirs',
    params: ofTrust,
    body: payerSchema,
    answer: trustSchema,
    handle: ({ trusts }, { params, body, actor }) => trusts.changePayer({ ...params, ...body, actor }),
  }),
  defineRoute({
    id: 'deleteTrust',
    method: 'delete',
    path: '/v1/accounts/{accountId}/trusts/{trustId}',
    permission: 'federation.delete',
    summary: 'Delete a trust; keys that were issued by it work until they expire',
    params: ofTrust,
    handle: ({ trusts }, { params, actor }) => trusts.delete({ ...params, actor }),
  }),
];
