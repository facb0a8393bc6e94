import { z } from 'zod';
import { emailSchema } from '../../../../contracts/http/accounts';
import { invitationSchema, memberSchema, membershipSchema } from '../../../../contracts/http/members';
import { grantedRoleSchema } from '../../../../contracts/http/roles';
import { MemberNotFound } from '../../../../domain/accounts/accounts-errors';
import { invite } from '../../../../domain/accounts/invite';
import { definePage } from '../define-page';
import { defineRoute } from '../define-route';
import { inAccount, ofInvitation, ofMember } from './path-parameters';

const TOKEN_CHARACTERS_MAX = 256;

const newInvitationSchema = invitationSchema
  .extend({
    token: z.string().optional().describe('For you to hand over if the deployment sends no mail. Shown only once.'),
  })
  .meta({ id: 'NewInvitation' });

/** The members of an account, and its invitations. */
export const MEMBER_ROUTES = [
  definePage({
    id: 'listMembers',
    path: '/v1/accounts/{accountId}/members',
    permission: 'member.read',
    summary: 'The members and their roles',
    params: inAccount,
    item: memberSchema,
    read: ({ members }, { params }, page) => members.page(params.accountId, page),
  }),
  defineRoute({
    id: 'getMember',
    method: 'get',
    path: '/v1/accounts/{accountId}/members/{personId}',
    permission: 'member.read',
    summary: 'One member',
    params: ofMember,
    answer: memberSchema,
    handle: async ({ members }, { params }) => {
      const member = await members.get(params.accountId, params.personId);
      if (!member) throw new MemberNotFound();
      return member;
    },
  }),
  defineRoute({
    id: 'changeMember',
    method: 'patch',
    path: '/v1/accounts/{accountId}/members/{personId}',
    permission: 'member.change',
    summary: 'Change a member’s role; transfer the account to change its owner',
    params: ofMember,
    body: z.strictObject({ role: grantedRoleSchema }),
    answer: memberSchema,
    ifMatch: 'required',
    handle: ({ members }, { params, body, actor, version }) =>
      members.changeRole({ ...params, ...body, actor, version }),
  }),
  defineRoute({
    id: 'removeMember',
    method: 'delete',
    path: '/v1/accounts/{accountId}/members/{personId}',
    permission: 'member.remove',
    summary: 'Remove a member; the account’s keys stay as they are',
    params: ofMember,
    ifMatch: 'optional',
    handle: ({ members }, { params, actor, version }) => members.remove({ ...params, actor, version }),
  }),
  definePage({
    id: 'listInvitations',
    path: '/v1/accounts/{accountId}/invitations',
    permission: 'invitation.read',
    summary: 'The open invitations',
    params: inAccount,
    item: invitationSchema,
    read: ({ invitations }, { params }, page) => invitations.page(params.accountId, page),
  }),
  defineRoute({
    id: 'createInvitation',
    method: 'post',
    path: '/v1/accounts/{accountId}/invitations',
    status: 201,
    permission: 'invitation.create',
    summary: 'Invite a person by email',
    params: inAccount,
    body: z.strictObject({ email: emailSchema, role: grantedRoleSchema }),
    answer: newInvitationSchema,
    handle: (dependencies, { params, body, actor }) => invite(dependencies, { ...params, ...body, actor }),
  }),
  defineRoute({
    id: 'revokeInvitation',
    method: 'delete',
    path: '/v1/accounts/{accountId}/invitations/{invitationId}',
    permission: 'invitation.revoke',
    summary: 'Withdraw an invitation',
    params: ofInvitation,
    handle: ({ invitations }, { params, actor }) => invitations.revoke({ ...params, actor }),
  }),
  defineRoute({
    id: 'acceptInvitation',
    method: 'post',
    path: '/v1/invitations/accept',
    permission: 'invitation.accept',
    summary: 'Become a member with the token from the invitation mail',
    body: z.strictObject({ token: z.string().min(1).max(TOKEN_CHARACTERS_MAX) }),
    answer: membershipSchema,
    handle: ({ invitations }, { body, personId }) => invitations.accept({ ...body, personId }),
  }),
];
