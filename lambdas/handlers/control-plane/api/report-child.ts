import type { RouteConfig } from '@hono/zod-openapi';
import type { Handler } from 'hono';
import { CLIENT_ADDRESS_HEADER } from '../../../contracts/deployment/edge';
import { childReportReceiptSchema, newChildReportSchema } from '../../../contracts/http/child-reports';
import { problemSchema } from '../../../contracts/http/problem';
import { PayloadTooLarge } from '../../../domain/errors/app-error';
import { InvalidInput } from '../control-plane-errors';
import type { ApiDependencies } from './api-dependencies';
import type { ApiEnv } from './api-env';
import { requireUnencoded } from './check-body';
import { faultsOf } from './faults';
import { parseStrictJson } from './strict-json';

/** Enough for an address. */
const BODY_BYTES_MAX = 4 * 1024;

export const CHILD_REPORTS_PATH = '/v1/child-reports';

type ReportDependencies = Pick<ApiDependencies, 'childReports' | 'reportAttempts'>;

/** Takes a report that a user is a child. Anybody may report, so it needs no access token, and counts by address. */
export function reportChild({ childReports, reportAttempts }: ReportDependencies): Handler<ApiEnv> {
  return async (context) => {
    const body = Buffer.from(await context.req.arrayBuffer());
    if (body.length > BODY_BYTES_MAX) throw new PayloadTooLarge(BODY_BYTES_MAX);
    requireUnencoded(context.req);
    const parsed = newChildReportSchema.safeParse(parseStrictJson(body.toString('utf8')));
    if (!parsed.success) throw new InvalidInput(faultsOf(parsed.error.issues, 'json'));
    const attempt = { source: context.req.header(CLIENT_ADDRESS_HEADER), subject: 'child-report' };
    reportAttempts.expectFew(attempt);
    reportAttempts.failed(attempt);
    const reportId = await childReports.report(parsed.data);
    return context.json(childReportReceiptSchema.parse({ reportId }), 202);
  };
}

/** The operation as the OpenAPI document describes it. */
export const CHILD_REPORT_OPERATION: RouteConfig = {
  method: 'post',
  path: CHILD_REPORTS_PATH,
  operationId: 'reportChild',
  tags: ['child'],
  summary: 'Report that a user of the service is a child',
  description:
    'Needs no access token. The answer is the same whether or not such a user exists. Neither the address nor anything about the caller is stored.',
  security: [],
  request: { body: { required: true, content: { 'application/json': { schema: newChildReportSchema } } } },
  responses: {
    202: { description: 'Received.', content: { 'application/json': { schema: childReportReceiptSchema } } },
    default: { description: 'A problem.', content: { 'application/problem+json': { schema: problemSchema } } },
  },
};
