import { z } from 'zod';
import { membershipSchema } from '../../../../contracts/http/members';
import { personSchema } from '../../../../contracts/http/people';
import { PersonNotFound } from '../../../../domain/people/people-errors';
import { definePage } from '../define-page';
import { defineRoute } from '../define-route';
import { inAccount } from './path-parameters';

/** The signed-in person's own data. */
export const PEOPLE_ROUTES = [
  defineRoute({
    id: 'getMe',
    method: 'get',
    path: '/v1/me',
    permission: 'person.read',
    summary: 'The signed-in person',
    answer: personSchema.extend({ isOperator: z.boolean() }).meta({ id: 'Me' }),
    handle: async ({ people, operators }, { personId }) => {
      const person = await people.get(personId);
      if (!person) throw new PersonNotFound();
      return { ...person, isOperator: await operators.includes(personId) };
    },
  }),
  definePage({
    id: 'listMyAccounts',
    path: '/v1/me/accounts',
    permission: 'person.read',
    summary: 'The accounts that you are a member of, the oldest first',
    item: membershipSchema,
    read: ({ members }, { personId }, page) => members.accountsOf(personId, page),
  }),
  defineRoute({
    id: 'leaveAccount',
    method: 'delete',
    path: '/v1/me/accounts/{accountId}',
    permission: 'member.leave',
    summary: 'Leave an account',
    params: inAccount,
    handle: ({ members }, { params, actor, personId }) => members.remove({ ...params, actor, personId }),
  }),
  defineRoute({
    id: 'attestAdult',
    method: 'post',
    path: '/v1/me/attestation',
    permission: 'person.attest',
    summary: 'Attest that you are 18 or older; the first attestation stands',
    body: z.strictObject({ adult: z.literal(true) }),
    answer: personSchema,
    handle: ({ people }, { personId }) => people.attestAdult(personId),
  }),
];
