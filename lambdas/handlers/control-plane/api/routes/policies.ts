import { z } from 'zod';
import { newPolicySchema, policySchema } from '../../../../contracts/http/policies';
import { InvalidInput } from '../../control-plane-errors';
import { defineRoute } from '../define-route';
import { ofPolicy } from './path-parameters';

/** The terms, the privacy policy and the notices of a transfer of the deployment. */
export const POLICY_ROUTES = [
  defineRoute({
    id: 'listPolicies',
    method: 'get',
    path: '/v1/me/policies',
    permission: 'policy.read',
    summary: 'The versions of the terms, the privacy policy and notices of a transfer, and which of them you accepted',
    answer: z.object({ items: z.array(policySchema).readonly() }).meta({ id: 'Policies' }),
    handle: async ({ policies }, { personId }) => ({ items: await policies.shownTo(personId) }),
  }),
  defineRoute({
    id: 'acceptPolicy',
    method: 'put',
    path: '/v1/me/policies/{policy}/{version}/acceptance',
    permission: 'policy.accept',
    summary: 'Accept a version of a policy; the first acceptance stands',
    params: ofPolicy,
    answer: z.object({ acceptedAt: z.iso.datetime() }).meta({ id: 'Acceptance' }),
    handle: async ({ policies }, { params, personId }) => ({ acceptedAt: await policies.accept(personId, params) }),
  }),
  defineRoute({
    id: 'publishPolicy',
    method: 'post',
    path: '/v1/policies',
    permission: 'policy.publish',
    status: 201,
    summary: 'Publish a version of a policy; every member of an account is told by mail, once',
    body: newPolicySchema,
    answer: policySchema,
    handle: ({ policies, clock }, { body, actor }) => {
      if (Date.parse(body.effectiveAt) < clock())
        throw new InvalidInput([{ pointer: 'effectiveAt', detail: 'must not be in the past' }]);
      return policies.publish(actor, body);
    },
  }),
];
