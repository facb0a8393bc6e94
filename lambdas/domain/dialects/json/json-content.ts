import { UnsupportedMediaType } from '../../errors/app-error';
import type { Headers } from '../../headers';

export const JSON_TYPE = 'application/json';

/**
 * Accepts a request without a content type, because the body itself decides whether it is JSON.
 * @throws UnsupportedMediaType for a body that is declared as anything other than plain JSON in UTF-8
 */
export function requireJson(headers: Headers): void {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity')
    throw new UnsupportedMediaType('Send the request body without a content-encoding.');
  const type = headers['content-type']?.trim() ?? '';
  if (type === '') return;
  if (!/^application\/json\s*(;|$)/i.test(type))
    throw new UnsupportedMediaType('Send the request body as application/json.');
  const charsets = [...type.matchAll(/;\s*charset\s*=\s*"?([^\s;"]*)/gi)].map(([, charset = '']) => charset);
  if (!charsets.every((charset) => /^utf-?8$/i.test(charset)))
    throw new UnsupportedMediaType('Send the request body in UTF-8.');
}
