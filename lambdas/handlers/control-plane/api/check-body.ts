import { isUtf8 } from 'node:buffer';
import type { MiddlewareHandler } from 'hono';
import { PayloadTooLarge, UnsupportedMediaType } from '../../../domain/errors/app-error';
import { cardNumberIn } from '../../../domain/payments/card-number';
import { InvalidInput } from '../control-plane-errors';
import { parseStrictJson } from './strict-json';

/** Many times the size of any valid request. */
export const BODY_BYTES_MAX = 64 * 1024;

/**
 * Bodies are never decompressed.
 * @throws UnsupportedMediaType for an encoded body
 */
export function requireUnencoded(request: { header(name: string): string | undefined }): void {
  const encoding = request.header('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') {
    throw new UnsupportedMediaType('Send the request body without a content-encoding.');
  }
}

/** Accepts only JSON bodies that every parser reads the same way. The route's schema validates the content. */
export const checkBody: MiddlewareHandler = async ({ req }, next) => {
  const body = Buffer.from(await req.arrayBuffer());
  if (body.length > BODY_BYTES_MAX) throw new PayloadTooLarge(BODY_BYTES_MAX);
  if (body.length > 0) {
    if (!/^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(req.header('content-type') ?? '')) {
      throw new UnsupportedMediaType('Send the request body as application/json in UTF-8.');
    }
    requireUnencoded(req);
    if (!isUtf8(body)) throw new InvalidInput([{ pointer: '', detail: 'is not UTF-8' }]);
    const pointer = cardNumberIn(parseStrictJson(body.toString('utf8')));
    // Card numbers are entered at Stripe only. In a name or a label it would be stored and shown.
    if (pointer !== undefined) throw new InvalidInput([{ pointer, detail: 'must not contain a card number' }]);
  }
  await next();
};
