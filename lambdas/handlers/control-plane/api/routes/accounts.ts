import { z } from 'zod';
import {
  accountNameSchema,
  accountSchema,
  billingDetailsSchema,
  billingSchema,
  suspensionReasonSchema,
} from '../../../../contracts/http/accounts';
import { holdModeSchema } from '../../../../contracts/deployment/hold-mode';
import { accountIdSchema, personIdSchema } from '../../../../contracts/storage/ids';
import { AccountNotFound } from '../../../../domain/access/access-errors';
import type { ApiDependencies } from '../api-dependencies';
import { definePage } from '../define-page';
import { defineRoute } from '../define-route';
import { inAccount } from './path-parameters';

async function read({ accounts }: ApiDependencies, accountId: string) {
  const account = await accounts.get(accountId);
  if (!account) throw new AccountNotFound();
  return account;
}

async function readBilling({ accounts }: ApiDependencies, accountId: string) {
  const billing = await accounts.billing(accountId);
  if (!billing) throw new AccountNotFound();
  return billing;
}

/** The accounts of the deployment. */
export const ACCOUNT_ROUTES = [
  defineRoute({
    id: 'createAccount',
    method: 'post',
    path: '/v1/accounts',
    permission: 'account.create',
    status: 201,
    summary: 'Create an account and own it',
    body: z.strictObject({ name: accountNameSchema }),
    answer: accountSchema,
    handle: async (dependencies, { body, personId }) => {
      const accountId = await dependencies.accounts.create({ ...body, ownerId: personId });
      return read(dependencies, accountId);
    },
  }),
  definePage({
    id: 'listAccounts',
    path: '/v1/accounts',
    permission: 'deployment.accounts',
    summary: 'All accounts of the deployment, in no useful order',
    item: z.object({ accountId: accountIdSchema }),
    read: async ({ accounts }, _call, page) => {
      const { items, next } = await accounts.page(page);
      return { items: items.map((accountId) => ({ accountId })), ...(next && { next }) };
    },
  }),
  defineRoute({
    id: 'getAccount',
    method: 'get',
    path: '/v1/accounts/{accountId}',
    permission: 'account.read',
    summary: 'An account’s name and state',
    params: inAccount,
    answer: accountSchema,
    handle: (dependencies, { params }) => read(dependencies, params.accountId),
  }),
  defineRoute({
    id: 'renameAccount',
    method: 'patch',
    path: '/v1/accounts/{accountId}',
    permission: 'account.rename',
    summary: 'Rename an account',
    params: inAccount,
    body: z.strictObject({ name: accountNameSchema }),
    answer: accountSchema,
    ifMatch: 'required',
    handle: async (dependencies, { params, body, actor, version }) => {
      await dependencies.accounts.rename({ ...params, ...body, actor, version });
      return read(dependencies, params.accountId);
    },
  }),
  defineRoute({
    id: 'getBilling',
    method: 'get',
    path: '/v1/accounts/{accountId}/billing',
    permission: 'billing.read',
    summary: 'The billing details that invoices show',
    params: inAccount,
    answer: billingSchema,
    handle: (dependencies, { params }) => readBilling(dependencies, params.accountId),
  }),
  defineRoute({
    id: 'setBilling',
    method: 'put',
    path: '/v1/accounts/{accountId}/billing',
    permission: 'billing.update',
    summary: 'Replace the billing details, also at the payment processor if it knows the account',
    params: inAccount,
    body: billingDetailsSchema,
    answer: billingSchema,
    ifMatch: 'required',
    handle: async (dependencies, { params, body, actor, version }) => {
      const updates = dependencies.payments?.customerUpdates;
      const writes = updates ? [updates.list(params.accountId)] : [];
      await dependencies.accounts.setBilling({ ...params, details: body, actor, version, writes });
      await updates?.tryUpdate(params.accountId);
      return readBilling(dependencies, params.accountId);
    },
  }),
  defineRoute({
    id: 'transferAccount',
    method: 'post',
    path: '/v1/accounts/{accountId}/transfer',
    permission: 'account.transfer',
    summary: 'Make another member the owner, and become an admin',
    params: inAccount,
    body: z.strictObject({ to: personIdSchema }),
    answer: accountSchema,
    ifMatch: 'optional',
    handle: async (dependencies, { params, body, actor, version }) => {
      await dependencies.ownership.transfer({ ...params, ...body, actor, version });
      return read(dependencies, params.accountId);
    },
  }),
  defineRoute({
    id: 'appointOwner',
    method: 'put',
    path: '/v1/accounts/{accountId}/owner',
    permission: 'account.appoint',
    summary: 'Give an account without an owner its first',
    params: inAccount,
    body: z.strictObject({ personId: personIdSchema }),
    answer: accountSchema,
    handle: async (dependencies, { params, body, actor }) => {
      await dependencies.ownership.appoint({ ...params, ...body, actor });
      return read(dependencies, params.accountId);
    },
  }),
  defineRoute({
    id: 'suspendAccount',
    method: 'post',
    path: '/v1/accounts/{accountId}/suspend',
    permission: 'account.suspend',
    summary: 'Suspend an account; its first reason stands, unless that is payment',
    params: inAccount,
    body: z.strictObject({ reason: suspensionReasonSchema }),
    answer: accountSchema,
    ifMatch: 'optional',
    handle: async (dependencies, { params, body, actor, version }) => {
      await dependencies.accounts.suspend({ ...params, ...body, actor, version });
      return read(dependencies, params.accountId);
    },
  }),
  defineRoute({
    id: 'resumeAccount',
    method: 'post',
    path: '/v1/accounts/{accountId}/resume',
    permission: 'account.resume',
    summary: 'Resume a suspended account',
    params: inAccount,
    answer: accountSchema,
    ifMatch: 'optional',
    handle: async (dependencies, { params, actor, version }) => {
      await dependencies.accounts.resume({ ...params, actor, version });
      return read(dependencies, params.accountId);
    },
  }),
  defineRoute({
    id: 'setHolds',
    method: 'put',
    path: '/v1/accounts/{accountId}/holds',
    permission: 'account.holds',
    summary: 'Set whether new requests hold their worst case; with rolling, the deployment’s setting applies',
    params: inAccount,
    body: z.strictObject({ holds: holdModeSchema }),
    answer: accountSchema,
    ifMatch: 'required',
    handle: async (dependencies, { params, body, actor, version }) => {
      await dependencies.accounts.setHolds({ ...params, ...body, actor, version });
      return read(dependencies, params.accountId);
    },
  }),
];
