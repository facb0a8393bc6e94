import {
  assistedExportSchema,
  exportSchema,
  exportWithFilesSchema,
  passphraseSchema,
} from '../../../../contracts/http/exports';
import type { ApiDependencies } from '../api-dependencies';
import { definePage } from '../define-page';
import { defineRoute } from '../define-route';
import { inAccount, ofExport, ofOwnExport } from './path-parameters';
import { expectAccount } from './payment-calls';

async function withFiles({ exports }: ApiDependencies, ownerId: string, exportId: string) {
  const stored = await exports.get(ownerId, exportId);
  return { ...stored, files: [...(await exports.links(ownerId, stored))] };
}

/** Copies of the data of accounts, and of one's own. */
export const EXPORT_ROUTES = [
  defineRoute({
    id: 'createExport',
    method: 'post',
    path: '/v1/accounts/{accountId}/exports',
    permission: 'export.create',
    status: 201,
    summary: 'Request a copy of the account’s data; one export runs at a time',
    params: inAccount,
    answer: exportSchema,
    handle: ({ exports }, { params, actor }) => exports.request({ ownerId: params.accountId, actor }),
  }),
  defineRoute({
    id: 'createAssistedExport',
    method: 'post',
    path: '/v1/accounts/{accountId}/assisted-exports',
    permission: 'export.assist',
    status: 201,
    summary: 'Request a copy of an account’s data for its owner, who alone can download it',
    params: inAccount,
    body: assistedExportSchema,
    answer: exportSchema,
    handle: ({ exports }, { params, body, actor }) => exports.request({ ownerId: params.accountId, actor, ...body }),
  }),
  definePage({
    id: 'listExports',
    path: '/v1/accounts/{accountId}/exports',
    permission: 'export.read',
    summary: 'The exports of the last seven days, oldest first',
    params: inAccount,
    item: exportSchema,
    read: async (dependencies, { params }, page) => {
      await expectAccount(dependencies, params.accountId);
      return dependencies.exports.page(params.accountId, page);
    },
  }),
  defineRoute({
    id: 'getExport',
    method: 'get',
    path: '/v1/accounts/{accountId}/exports/{exportId}',
    permission: 'export.read',
    summary: 'An export, with a new link to each of its files once it is ready',
    params: ofExport,
    answer: exportWithFilesSchema,
    handle: async (dependencies, { params, actor }) => {
      const { accountId, exportId } = params;
      await expectAccount(dependencies, accountId);
      if (actor.kind !== 'operator') return withFiles(dependencies, accountId, exportId);
      return { ...(await dependencies.exports.get(accountId, exportId)), files: [] };
    },
  }),
  defineRoute({
    id: 'revealExportPassphrase',
    method: 'post',
    path: '/v1/accounts/{accountId}/exports/{exportId}/passphrase',
    permission: 'export.reveal',
    summary: 'Show the passphrase of an export once, to a person who signed in within five minutes',
    params: ofExport,
    answer: passphraseSchema,
    handle: async ({ exports }, { params, actor, signedInAt }) => {
      const { accountId: ownerId, exportId } = params;
      return { passphrase: await exports.reveal({ ownerId, exportId, actor, signedInAt }) };
    },
  }),
  defineRoute({
    id: 'createMyExport',
    method: 'post',
    path: '/v1/me/exports',
    permission: 'person.export',
    status: 201,
    summary: 'Request a copy of your own data; one export runs at a time',
    answer: exportSchema,
    handle: ({ exports }, { personId, actor }) => exports.request({ ownerId: personId, actor }),
  }),
  definePage({
    id: 'listMyExports',
    path: '/v1/me/exports',
    permission: 'person.export',
    summary: 'Your own exports of the last seven days, oldest first',
    item: exportSchema,
    read: ({ exports }, { personId }, page) => exports.page(personId, page),
  }),
  defineRoute({
    id: 'getMyExport',
    method: 'get',
    path: '/v1/me/exports/{exportId}',
    permission: 'person.export',
    summary: 'One of your own exports, with a new link to each of its files once it is ready',
    params: ofOwnExport,
    answer: exportWithFilesSchema,
    handle: (dependencies, { params, personId }) => withFiles(dependencies, personId, params.exportId),
  }),
  defineRoute({
    id: 'revealMyExportPassphrase',
    method: 'post',
    path: '/v1/me/exports/{exportId}/passphrase',
    permission: 'person.export',
    summary: 'Show the passphrase of one of your own exports once, if you signed in within five minutes',
    params: ofOwnExport,
    answer: passphraseSchema,
    handle: async ({ exports }, { params, personId, actor, signedInAt }) => {
      const request = { ownerId: personId, exportId: params.exportId, actor, signedInAt };
      return { passphrase: await exports.reveal(request) };
    },
  }),
];
