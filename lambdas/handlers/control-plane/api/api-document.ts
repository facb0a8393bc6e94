import type { RouteConfig } from '@hono/zod-openapi';
import { OpenAPIHono } from '@hono/zod-openapi';
import { z } from 'zod';
import { problemSchema } from '../../../contracts/http/problem';
import type { Route } from './define-route';
import { EXCHANGE_OPERATION } from './exchange-token';
import { ROUTES } from './routes/routes';

const DOCUMENT = {
  openapi: '3.1.0',
  servers: [{ url: '/api' }],
  info: {
    title: 'Tollgate control plane',
    version: '1',
    description:
      'Accounts, people, keys and the audit log. Times are ISO 8601 in UTC. A POST with an `Idempotency-Key` is done once within 24 hours. What has a `version` has it as its `ETag` too; a change of it says `If-Match`, where its operation names it.',
  },
};

/** The OpenAPI 3.1 page of the API. */
export function apiDocument(): object {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono();
  openAPIRegistry.registerComponent('securitySchemes', 'accessToken', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An access token of the deployment’s user pool.',
  });
  for (const route of ROUTES) openAPIRegistry.registerPath(openApiOf(route));
  openAPIRegistry.registerPath(EXCHANGE_OPERATION);
  return getOpenAPI31Document(DOCUMENT);
}

/** A route as the page says it. */
export function openApiOf(route: Route): RouteConfig {
  const { id, method, path, summary, permission, params, query, body, answer, status = 200 } = route;
  const succeeded: RouteConfig['responses'] = answer
    ? { [status]: { description: 'Done.', content: { 'application/json': { schema: answer } } } }
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

/** For the page and the client: that a header is as it must be is looked at where it is used. */
function headersOf({ method, ifMatch }: Route) {
  const version = z.string().describe('The ETag of what was read.');
  return z.object({
    ...(method === 'post' && {
      'Idempotency-Key': z.string().optional().describe('Does a repeat of this request once.'),
    }),
    ...(ifMatch && { 'If-Match': ifMatch === 'required' ? version : version.optional() }),
  });
}
