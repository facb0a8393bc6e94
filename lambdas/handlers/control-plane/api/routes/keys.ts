import { z } from 'zod';
import {
  keyInfoSchema,
  keyLabelSchema,
  ROTATION_GRACE_SECONDS_MAX,
  shownKeySchema,
} from '../../../../contracts/http/api-keys';
import { roleArnSchema } from '../../../../contracts/http/iam-role';
import { keyRulesSchema } from '../../../../contracts/http/key-rules';
import { KeyNotFound } from '../../../../domain/keys/keys-errors';
import { InvalidInput } from '../../control-plane-errors';
import { definePage } from '../define-page';
import { defineRoute } from '../define-route';
import { inAccount, ofKey } from './path-parameters';

const newKeySchema = z
  .strictObject({
    label: keyLabelSchema.optional(),
    validUntil: z.iso
      .datetime()
      .optional()
      .describe('The key expires at this time. Without it, the key works until it is revoked.'),
    rules: keyRulesSchema.optional().describe('Restricts what the key may do. Without rules, it may do everything.'),
  })
  .meta({ id: 'NewKey' });

const newRoleKeySchema = newKeySchema
  .extend({ role: roleArnSchema.describe('The role’s ARN. Callers that have assumed the role may use the key.') })
  .meta({ id: 'NewRoleKey' });

const rotationSchema = z.strictObject({
  graceSeconds: z.int().min(0).max(ROTATION_GRACE_SECONDS_MAX).describe('How long the old key keeps working.'),
});

/** API keys: a key is shown once, when it is created. */
export const KEY_ROUTES = [
  definePage({
    id: 'listKeys',
    path: '/v1/accounts/{accountId}/keys',
    permission: 'key.read',
    summary: 'The keys, oldest first, including revoked and expired ones',
    params: inAccount,
    item: keyInfoSchema,
    read: ({ keys }, { params }, page) => keys.page(params.accountId, page),
  }),
  defineRoute({
    id: 'getKey',
    method: 'get',
    path: '/v1/accounts/{accountId}/keys/{keyId}',
    permission: 'key.read',
    summary: 'One key, without its secret',
    params: ofKey,
    answer: keyInfoSchema,
    handle: async ({ keys }, { params }) => {
      const key = await keys.get(params.accountId, params.keyId);
      if (!key) throw new KeyNotFound();
      return key;
    },
  }),
  defineRoute({
    id: 'createKey',
    method: 'post',
    path: '/v1/accounts/{accountId}/keys',
    permission: 'key.create',
    status: 201,
    summary: 'Create a key; it is shown only once',
    params: inAccount,
    body: newKeySchema,
    answer: shownKeySchema,
    handle: ({ keys, clock }, { params, body, actor }) =>
      keys.create({ ...params, actor, ...requested(body, clock()) }),
  }),
  defineRoute({
    id: 'createRoleKey',
    method: 'post',
    path: '/v1/accounts/{accountId}/role-keys',
    permission: 'key.create',
    status: 201,
    summary: 'Create a role key, for workloads that have assumed an IAM role; it has no secret',
    params: inAccount,
    body: newRoleKeySchema,
    answer: keyInfoSchema,
    handle: ({ keys, clock }, { params, body, actor }) =>
      keys.createForRole({ ...params, actor, ...requested(body, clock()), role: body.role }),
  }),
  defineRoute({
    id: 'changeKeyRules',
    method: 'put',
    path: '/v1/accounts/{accountId}/keys/{keyId}/rules',
    permission: 'key.change',
    summary: 'Replace all rules of a key; every process applies them within ten seconds',
    params: ofKey,
    body: keyRulesSchema,
    answer: keyInfoSchema,
    ifMatch: 'required',
    handle: ({ keys }, { params, body, actor, version }) =>
      keys.changeRules({ ...params, rules: body, actor, version }),
  }),
  defineRoute({
    id: 'rotateKey',
    method: 'post',
    path: '/v1/accounts/{accountId}/keys/{keyId}/rotate',
    permission: 'key.rotate',
    status: 201,
    summary: 'Replace a key by a new one, which is shown only once',
    params: ofKey,
    body: rotationSchema,
    answer: shownKeySchema,
    ifMatch: 'optional',
    handle: ({ keys }, { params, body, actor, version }) =>
      keys.rotate({ ...params, actor, version, graceMs: body.graceSeconds * 1_000 }),
  }),
  defineRoute({
    id: 'resumeKey',
    method: 'post',
    path: '/v1/accounts/{accountId}/keys/{keyId}/resume',
    permission: 'key.resume',
    summary: 'Resume a key that was suspended because its spend jumped; it is not suspended again for a day',
    params: ofKey,
    answer: keyInfoSchema,
    ifMatch: 'optional',
    handle: async ({ keys, keySuspensions }, { params, actor, version }) => {
      await keySuspensions.resume({ ...params, actor, version });
      const key = await keys.get(params.accountId, params.keyId);
      if (!key) throw new KeyNotFound();
      return key;
    },
  }),
  defineRoute({
    id: 'revokeKey',
    method: 'delete',
    path: '/v1/accounts/{accountId}/keys/{keyId}',
    permission: 'key.revoke',
    summary: 'Revoke a key for good',
    params: ofKey,
    ifMatch: 'optional',
    handle: ({ keys }, { params, actor, version }) =>
      keys.revoke(params.keyId, { accountId: params.accountId, actor, version }),
  }),
];

/** @throws InvalidInput for a key that would have expired already */
function requested({ label, validUntil, rules }: z.output<typeof newKeySchema>, now: number) {
  const end = validUntil === undefined ? Infinity : Date.parse(validUntil);
  if (end <= now) throw new InvalidInput([{ pointer: '/validUntil', detail: 'must be later than now' }]);
  return { rules, ...(label !== undefined && { label }), ...(validUntil !== undefined && { validUntil: end }) };
}
