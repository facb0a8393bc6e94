import { isUtf8 } from 'node:buffer';
import type { RouteConfig } from '@hono/zod-openapi';
import type { Handler } from 'hono';
import type { z } from 'zod';
import { CLIENT_ADDRESS_HEADER } from '../../../contracts/deployment/edge';
import { ACCESS_TOKEN_TYPE, tokenAnswerSchema, tokenRequestSchema } from '../../../contracts/http/federation';
import { problemSchema } from '../../../contracts/http/problem';
import { PayloadTooLarge, UnsupportedMediaType } from '../../../domain/errors/app-error';
import { TokenRefused } from '../../../domain/federation/federation-errors';
import { InvalidInput } from '../control-plane-errors';
import type { ApiDependencies } from './api-dependencies';
import type { ApiEnv } from './api-env';
import { requireUnencoded } from './check-body';
import { faultsOf } from './faults';

const FORM = 'application/x-www-form-urlencoded';
/** Enough for a form with a token. */
const BODY_BYTES_MAX = 32 * 1024;

export const EXCHANGE_PATH = '/v1/token';

type ExchangeDependencies = Pick<ApiDependencies, 'tokenExchange' | 'attempts'>;

/** Exchanges a token of a trusted issuer for a short-lived key (RFC 8693). The token itself identifies the caller. */
export function exchangeToken({ tokenExchange, attempts }: ExchangeDependencies): Handler<ApiEnv> {
  return async (context) => {
    const [parameter] = Object.keys(context.req.queries());
    // Proxies log URLs, so a token in the URL is refused even if it would be valid.
    if (parameter !== undefined)
      throw new InvalidInput([{ pointer: parameter, detail: 'must be sent in the form, not in the URL' }]);
    const { audience, subject_token: token } = await readForm(context.req);
    const [accountId = '', trustId = ''] = audience.split('/');
    // This happens before any store is read or any issuer is contacted.
    const attempt = { source: context.req.header(CLIENT_ADDRESS_HEADER), subject: audience };
    attempts.expectFew(attempt);
    const { key, keySeconds } = await tokenExchange.exchange({ accountId, trustId, token }).catch((error: unknown) => {
      if (error instanceof TokenRefused) attempts.failed(attempt);
      throw error;
    });
    const answer = tokenAnswerSchema.parse({
      access_token: key,
      issued_token_type: ACCESS_TOKEN_TYPE,
      token_type: 'Bearer',
      expires_in: keySeconds,
    });
    return context.json(answer);
  };
}

async function readForm(request: {
  header(name: string): string | undefined;
  arrayBuffer(): Promise<ArrayBuffer>;
}): Promise<z.infer<typeof tokenRequestSchema>> {
  const body = Buffer.from(await request.arrayBuffer());
  if (body.length > BODY_BYTES_MAX) throw new PayloadTooLarge(BODY_BYTES_MAX);
  const [type = ''] = (request.header('content-type') ?? '').split(';');
  if (type.trim().toLowerCase() !== FORM) throw new UnsupportedMediaType(`Send the request body as ${FORM}.`);
  requireUnencoded(request);
  if (!isUtf8(body)) throw new InvalidInput([{ pointer: '', detail: 'is not UTF-8' }]);
  const fields = [...new URLSearchParams(body.toString('utf8'))];
  // RFC 6749, section 3.2: a parameter must not be repeated.
  if (new Set(fields.map(([name]) => name)).size !== fields.length)
    throw new InvalidInput([{ pointer: '', detail: 'names a parameter twice' }]);
  const parsed = tokenRequestSchema.safeParse(Object.fromEntries(fields));
  if (!parsed.success) throw new InvalidInput(faultsOf(parsed.error.issues, 'form'));
  return parsed.data;
}

/** The operation as the OpenAPI document describes it. */
export const EXCHANGE_OPERATION: RouteConfig = {
  method: 'post',
  path: EXCHANGE_PATH,
  operationId: 'exchangeToken',
  tags: ['federation'],
  summary: 'Exchange a token of an issuer that an account trusts for a short-lived key',
  description:
    'RFC 8693. Needs no access token, because the subject token identifies the caller. `audience` is `<accountId>/<trustId>`.',
  security: [],
  request: { body: { required: true, content: { [FORM]: { schema: tokenRequestSchema } } } },
  responses: {
    200: { description: 'Done.', content: { 'application/json': { schema: tokenAnswerSchema } } },
    default: { description: 'A problem.', content: { 'application/problem+json': { schema: problemSchema } } },
  },
};
