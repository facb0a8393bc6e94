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
import { expectPlain } from './check-body';
import { faultsOf } from './faults';

const FORM = 'application/x-www-form-urlencoded';
/** A token, its form, and some more. */
const BODY_BYTES_MAX = 32 * 1024;

export const EXCHANGE_PATH = '/v1/token';

type ExchangeDependencies = Pick<ApiDependencies, 'tokenExchange' | 'attempts'>;

/** A token of an issuer that an account trusts, for a short-lived key: RFC 8693. Who calls is what the token says. */
export function exchangeToken({ tokenExchange, attempts }: ExchangeDependencies): Handler<ApiEnv> {
  return async (context) => {
    const [parameter] = Object.keys(context.req.queries());
    // An address is logged on its way: a token in it is refused, so that nobody gets used to it.
    if (parameter !== undefined) throw new InvalidInput([{ pointer: parameter, detail: 'must be in the form' }]);
    const { audience, subject_token: token } = await readForm(context.req);
    const [accountId = '', trustId = ''] = audience.split('/');
    // Before any store is read and any issuer is asked.
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
  expectPlain(request);
  if (!isUtf8(body)) throw new InvalidInput([{ pointer: '', detail: 'is not UTF-8' }]);
  const fields = [...new URLSearchParams(body.toString('utf8'))];
  // RFC 6749, section 3.2: a parameter comes once.
  if (new Set(fields.map(([name]) => name)).size !== fields.length)
    throw new InvalidInput([{ pointer: '', detail: 'names a parameter twice' }]);
  const parsed = tokenRequestSchema.safeParse(Object.fromEntries(fields));
  if (!parsed.success) throw new InvalidInput(faultsOf(parsed.error.issues, 'form'));
  return parsed.data;
}

/** As the OpenAPI page says it. */
export const EXCHANGE_OPERATION: RouteConfig = {
  method: 'post',
  path: EXCHANGE_PATH,
  operationId: 'exchangeToken',
  tags: ['federation'],
  summary: 'Exchange a token of an issuer that an account trusts for a short-lived key',
  description:
    'RFC 8693. Needs no access token: the subject token says who calls. `audience` is `<accountId>/<trustId>`.',
  security: [],
  request: { body: { required: true, content: { [FORM]: { schema: tokenRequestSchema } } } },
  responses: {
    200: { description: 'Done.', content: { 'application/json': { schema: tokenAnswerSchema } } },
    default: { description: 'A problem.', content: { 'application/problem+json': { schema: problemSchema } } },
  },
};
