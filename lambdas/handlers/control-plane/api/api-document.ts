import type { RouteConfig } from '@hono/zod-openapi';
import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { problemSchema } from '../../../contracts/http/problem';
import type { Route } from './define-route';
import { CERTIFICATE_OPERATION } from './erasure-certificate';
import { EXCHANGE_OPERATION } from './exchange-token';
import { CHILD_REPORT_OPERATION } from './report-child';
import { ROUTES } from './routes/routes';
import { UNSUBSCRIBE_OPERATIONS } from './unsubscribe';

const DOCUMENT = {
  openapi: '3.1.0',
  servers: [{ url: '/api' }],
  info: {
    title: 'Tollgate control plane',
    version: '1',
    description:
      'Accounts, people, keys and the audit log. Times are ISO 8601 in UTC. A POST with an `Idempotency-Key` is executed once within 24 hours. An item with a `version` also has it as its `ETag`; to change the item, send `If-Match` where the operation lists it.',
  },
};

/** Every route as the document describes it. They are described once, because that takes longer than to serve a request. */
export const OPERATIONS: readonly (readonly [Route, RouteConfig])[] = ROUTES.map((route) => [route, openApiOf(route)]);

/** The OpenAPI 3.1 document of the API. */
export function apiDocument(): object {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono();
  openAPIRegistry.registerComponent('securitySchemes', 'accessToken', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token of the deployment’s user pool.',
  });
  for (const [, operation] of OPERATIONS) openAPIRegistry.registerPath(operation);
  const withoutToken = [EXCHANGE_OPERATION, ...UNSUBSCRIBE_OPERATIONS, CERTIFICATE_OPERATION, CHILD_REPORT_OPERATION];
  for (const operation of withoutToken) openAPIRegistry.registerPath(operation);
  return getOpenAPI31Document(DOCUMENT);
}

/** A route as the document describes it. */
function openApiOf(route: Route): RouteConfig {
  const { id, method, path, summary, permission, params, query, body, answer, downloads = [], status = 200 } = route;
  const texts = Object.fromEntries(downloads.map((type) => [type, { schema: z.string() }]));
  const succeeded: RouteConfig['responses'] = answer
    ? { [status]: { description: 'Done.', content: { 'application/json': { schema: answer }, ...texts } } }
    : { 204: { description: 'Done.' } };
  return {
    method,
    path,
    summary,
    operationId: id,
    tags: [permission.slice(0, permission.indexOf('.'))],
    description: `Needs \`${permission}\`.`,
    security: [{ accessToken: [] }],
    request: {
      headers: headersOf(route),
      ...(params && { params }),
      ...(query && { query }),
      ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    responses: {
      ...succeeded,
      default: { description: 'A problem.', content: { 'application/problem+json': { schema: problemSchema } } },
    },
  };
}

/** Describes the headers for the document and the client. They are validated where they are used. */
function headersOf({ method, ifMatch }: Route) {
  const version = z.string().describe('The ETag of the item as it was read.');
  return z.object({
    ...(method === 'post' && {
      'Idempotency-Key': z.string().optional().describe('Makes it safe to repeat this request: it is executed once.'),
    }),
    ...(ifMatch && { 'If-Match': ifMatch === 'required' ? version : version.optional() }),
  });
}
