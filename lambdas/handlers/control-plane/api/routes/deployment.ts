import { z } from 'zod';
import { pageQuerySchema } from '../../../../contracts/http/page';
import { auditEventSchema, DEPLOYMENT_CHAIN } from '../../../../contracts/storage/audit-event';
import { personIdSchema } from '../../../../contracts/storage/ids';
import { AccountNotFound } from '../../../../domain/access/access-errors';
import { verifyAudit } from '../../../../domain/audit/verify-audit';
import type { ApiDependencies } from '../api-dependencies';
import { definePage } from '../define-page';
import type { Call } from '../define-route';
import { defineRoute } from '../define-route';
import { inAccount, ofPerson } from './path-parameters';

/** A limit, because a thoroughly broken log has a fault in each event. */
const FAULTS_MAX = 100;
/** Takes a few seconds; verifying a whole log in one request could take longer than the API waits. */
const EVENTS_MAX = 10_000;

const partQuerySchema = z.strictObject({
  limit: z.coerce
    .number()
    .pipe(z.int().min(1).max(EVENTS_MAX))
    .default(EVENTS_MAX)
    .describe('The maximum number of events to read.'),
  after: pageQuerySchema.shape.after.describe('The `next` of the previous part.'),
});

const reportSchema = z
  .object({
    events: z.int().describe('The number of events read, without those that have expired.'),
    faults: z
      .array(z.object({ kind: z.enum(['changed', 'missing', 'unlinked']), sequence: z.int() }))
      .describe(`Empty if the part is whole. At most the first ${FAULTS_MAX} faults.`),
    next: z
      .string()
      .optional()
      .describe('Pass it as `after` to read the next part. Absent if the log was read to its end.'),
  })
  .meta({ id: 'AuditReport' });

/** @param chain a cursor is valid only for this chain and for the caller who received it */
async function verify(
  { store, clock, cursors }: ApiDependencies,
  chain: string,
  { query, personId }: Pick<Call<unknown, z.output<typeof partQuerySchema>, unknown>, 'query' | 'personId'>,
) {
  const list = JSON.stringify(['verifyAudit', chain, personId]);
  const after = query.after === undefined ? undefined : cursors.open(list, query.after);
  const { events, faults, next } = await verifyAudit({ store, clock, chain }, { after, eventsMax: query.limit });
  return { events, faults: faults.slice(0, FAULTS_MAX), ...(next && { next: cursors.seal(list, next) }) };
}

/** Operators are admitted to any account id, so check that it exists: the empty log of an unknown account is not sound. */
async function expectAccount(accounts: ApiDependencies['accounts'], accountId: string): Promise<void> {
  if (!(await accounts.exists(accountId))) throw new AccountNotFound();
}

/** The audit logs, and the operators. */
export const DEPLOYMENT_ROUTES = [
  definePage({
    id: 'listAuditEvents',
    path: '/v1/accounts/{accountId}/audit',
    permission: 'audit.read',
    summary: 'The account’s administrative actions, newest first',
    params: inAccount,
    item: auditEventSchema,
    read: async ({ accounts, audit }, { params }, page) => {
      await expectAccount(accounts, params.accountId);
      return audit.page(params.accountId, page);
    },
  }),
  defineRoute({
    id: 'verifyAudit',
    method: 'get',
    path: '/v1/accounts/{accountId}/audit/verification',
    permission: 'audit.read',
    summary: 'Verify that the account’s audit log is whole, part by part from its first event',
    params: inAccount,
    query: partQuerySchema,
    answer: reportSchema,
    handle: async (dependencies, call) => {
      const { accountId } = call.params;
      await expectAccount(dependencies.accounts, accountId);
      return verify(dependencies, accountId, call);
    },
  }),
  definePage({
    id: 'listDeploymentAuditEvents',
    path: '/v1/audit',
    permission: 'deployment.audit',
    summary: 'The deployment’s administrative actions, newest first',
    item: auditEventSchema,
    read: ({ audit }, _call, page) => audit.page(DEPLOYMENT_CHAIN, page),
  }),
  defineRoute({
    id: 'verifyDeploymentAudit',
    method: 'get',
    path: '/v1/audit/verification',
    permission: 'deployment.audit',
    summary: 'Verify that the deployment’s audit log is whole, part by part from its first event',
    query: partQuerySchema,
    answer: reportSchema,
    handle: (dependencies, call) => verify(dependencies, DEPLOYMENT_CHAIN, call),
  }),
  definePage({
    id: 'listOperators',
    path: '/v1/operators',
    permission: 'operator.read',
    summary: 'The people who run the deployment',
    item: z.object({ personId: personIdSchema }),
    read: async ({ operators }, _call, page) => {
      const { items, next } = await operators.page(page);
      return { items: items.map((personId) => ({ personId })), ...(next && { next }) };
    },
  }),
  defineRoute({
    id: 'appointOperator',
    method: 'put',
    path: '/v1/operators/{personId}',
    permission: 'operator.appoint',
    summary: 'Make a person an operator',
    params: ofPerson,
    handle: ({ operators }, { params, actor }) => operators.appoint({ ...params, actor }),
  }),
  defineRoute({
    id: 'dismissOperator',
    method: 'delete',
    path: '/v1/operators/{personId}',
    permission: 'operator.dismiss',
    summary: 'Dismiss an operator',
    params: ofPerson,
    handle: ({ operators }, { params, actor }) => operators.dismiss({ ...params, actor }),
  }),
];
