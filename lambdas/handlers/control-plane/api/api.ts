import { OpenAPIHono } from '@hono/zod-openapi';
import type { ErrorHandler } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { TrieRouter } from 'hono/router/trie-router';
import { TooManyAccounts } from '../../../domain/accounts/accounts-errors';
import { AppError, InternalError, NotFound } from '../../../domain/errors/app-error';
import { ControlPlaneUnavailable } from '../../../domain/errors/refusal';
import { StoreUnavailable } from '../../../domain/table/table-errors';
import { InvalidInput } from '../control-plane-errors';
import { problem } from '../problem';
import { UNSUBSCRIBE_PATH } from '../../../domain/notifications/delivery/mail-links';
import type { ApiDependencies } from './api-dependencies';
import { apiDocument, OPERATIONS } from './api-document';
import type { Api, ApiEnv } from './api-env';
import { authenticate } from './authenticate';
import { checkBody } from './check-body';
import { CERTIFICATE_PATH, erasureCertificate } from './erasure-certificate';
import { EXCHANGE_PATH, exchangeToken } from './exchange-token';
import { faultsOf } from './faults';
import { CHILD_REPORTS_PATH, reportChild } from './report-child';
import { serveRoute } from './serve-route';
import { unsubscribe, unsubscribePage } from './unsubscribe';

/** The control plane's API with all its routes. */
export function buildApi(dependencies: ApiDependencies): Api {
  const api = new OpenAPIHono<ApiEnv>({
    // Hono's default also ends up with this one, but first builds another that cannot hold our routes.
    router: new TrieRouter(),
    defaultHook: (result) => {
      if (!result.success) throw new InvalidInput(faultsOf(result.error.issues, result.target));
    },
  }).basePath('/api') as Api;
  api.onError(asProblem(dependencies));
  api.notFound((context) => {
    throw new NotFound(`There is no route for ${context.req.method} at this path.`, 'not_found');
  });
  api.use(async (context, next) => {
    await next();
    context.header('cache-control', 'no-store');
    context.header('x-request-id', context.env.requestContext.requestId);
  });
  let page: string | undefined;
  // Built once, because it costs much more than any other response and needs no authentication.
  api.get('/v1/openapi.json', (context) => {
    page ??= JSON.stringify(apiDocument());
    return context.body(page, 200, { 'content-type': 'application/json' });
  });
  api.post(EXCHANGE_PATH, exchangeToken(dependencies));
  api.get(UNSUBSCRIBE_PATH, unsubscribePage(dependencies)).post(UNSUBSCRIBE_PATH, unsubscribe(dependencies));
  api.get(CERTIFICATE_PATH, erasureCertificate(dependencies));
  api.post(CHILD_REPORTS_PATH, reportChild(dependencies));
  api.use('/v1/*', authenticate(dependencies), checkBody);
  for (const [route, operation] of OPERATIONS) serveRoute(api, dependencies, route, operation);
  return api;
}

function asProblem({ log }: Pick<ApiDependencies, 'log'>): ErrorHandler<ApiEnv> {
  return (error, context) => {
    const { requestContext } = context.env;
    const shown = toAppError(error);
    if (shown instanceof InternalError) {
      log.error('REQUEST_FAILED', { requestId: requestContext.requestId, cause: error.name });
    }
    // A limit of one person harms no one else; when the whole deployment's is reached, an operator should look.
    if (shown instanceof TooManyAccounts && shown.madeBy === 'deployment') {
      log.error('ACCOUNTS_PER_HOUR_REACHED', { requestId: requestContext.requestId });
    }
    const { statusCode, headers, body } = problem(shown, requestContext);
    return new Response(body, { status: statusCode, headers });
  };
}

function toAppError(error: Error): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof StoreUnavailable) return new ControlPlaneUnavailable({ cause: error });
  // The router itself refuses only requests that it cannot read.
  if (error instanceof HTTPException && error.status < 500) {
    return new InvalidInput([{ pointer: '', detail: 'must be a JSON object' }]);
  }
  return new InternalError();
}
