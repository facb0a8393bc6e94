import type { RouteConfig } from '@hono/zod-openapi';
import type { Context, Handler } from 'hono';
import { z } from 'zod';
import { problemSchema } from '../../../contracts/http/problem';
import { PayloadTooLarge } from '../../../domain/errors/app-error';
import { UNSUBSCRIBE_PATH } from '../../../domain/notifications/delivery/mail-links';
import { readUnsubscribeToken, type Unsubscription } from '../../../domain/notifications/people/unsubscribe-token';
import { InvalidInput } from '../control-plane-errors';
import type { ApiDependencies } from './api-dependencies';
import type { ApiEnv } from './api-env';

/** Enough for the one field of RFC 8058, in either encoding. */
const BODY_BYTES_MAX = 4 * 1024;

type UnsubscribeDependencies = Pick<ApiDependencies, 'preferences' | 'unsubscribeSecret'>;

const KINDS_OF_MAIL: { readonly [category in Unsubscription['category']]: string } = {
  product: 'mails about how to use the service',
  lowBalance: 'mails about a low balance',
  budget: 'mails about the budgets of keys',
};

/** Shows what the link does. It changes nothing, because mail programs and virus scanners open links by themselves. */
export function unsubscribePage({ unsubscribeSecret }: UnsubscribeDependencies): Handler<ApiEnv> {
  return (context) => {
    const found = unsubscriptionIn(context, unsubscribeSecret);
    if (found === undefined) return page(context, 404, INVALID_LINK);
    const form = [
      `<p>Stop ${KINDS_OF_MAIL[found.category]}? Security and billing mails are always sent.</p>`,
      // Without an action the form is sent to the address of this page.
      '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">',
      '<button>Stop these mails</button></form>',
    ];
    return page(context, 200, form.join('\n'));
  };
}

/** Declines one category of mails. Mail programs send this request themselves (RFC 8058), so it needs no sign-in. */
export function unsubscribe({ preferences, unsubscribeSecret }: UnsubscribeDependencies): Handler<ApiEnv> {
  return async (context) => {
    const body = Buffer.from(await context.req.arrayBuffer());
    if (body.length > BODY_BYTES_MAX) throw new PayloadTooLarge(BODY_BYTES_MAX);
    const found = unsubscriptionIn(context, unsubscribeSecret);
    if (found === undefined) return page(context, 404, INVALID_LINK);
    // As a form or as parts: RFC 8058 allows both, and the field is the same text in them.
    if (!/List-Unsubscribe[^]{0,40}One-Click/.test(body.toString('latin1')))
      throw new InvalidInput([{ pointer: 'List-Unsubscribe', detail: 'must be One-Click' }]);
    await preferences.decline(found.personId, found.category);
    const done = `You get no more ${KINDS_OF_MAIL[found.category]}. The console’s settings turn them on again.`;
    return page(context, 200, `<p>${done}</p>`);
  };
}

const INVALID_LINK = '<p>This link is not valid. Copy the whole link from the mail, or use the console’s settings.</p>';

function unsubscriptionIn(context: Context<ApiEnv>, secret: Uint8Array): Unsubscription | undefined {
  return readUnsubscribeToken(secret, context.req.query('token') ?? '');
}

/** A page without scripts, styles or links. The address has a token, so it is not passed on as the referrer. */
function page(context: Context<ApiEnv>, status: 200 | 404, content: string): Response {
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex"><title>Mail settings</title></head>
<body><main><h1>Mail settings</h1>
${content}
</main></body></html>
`;
  return context.body(html, status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
}

const HTML = { 'text/html': { schema: z.string() } };
const operation = (method: 'get' | 'post', operationId: string, summary: string): RouteConfig => ({
  method,
  path: UNSUBSCRIBE_PATH,
  operationId,
  tags: ['notification'],
  summary,
  description: 'Needs no access token: the signed token of the link names the person and the category.',
  security: [],
  request: { query: z.object({ token: z.string() }) },
  responses: {
    200: { description: 'A page.', content: HTML },
    404: { description: 'The token is not valid.', content: HTML },
    default: { description: 'A problem.', content: { 'application/problem+json': { schema: problemSchema } } },
  },
});

/** The operations as the OpenAPI document describes them. */
export const UNSUBSCRIBE_OPERATIONS: readonly RouteConfig[] = [
  operation('get', 'showUnsubscribe', 'The page behind a mail’s unsubscribe link; it changes nothing'),
  operation('post', 'unsubscribe', 'Stop the mails of one category in one click (RFC 8058)'),
];
