import { InvalidRequest } from '../errors/app-error';

const CREDENTIAL_NAMES = new Set([
  'key',
  'api_key',
  'api-key',
  'apikey',
  'x-api-key',
  'access_token',
  'token',
  'authorization',
]);
const KEY_LIKE = /tg_[0-9A-Z]{26}_/;

/**
 * Refuses a key in the URL. Browser histories and proxy logs record URLs but not headers, so a client that puts its key
 * into a URL must learn of it.
 * @throws InvalidRequest
 */
export function refuseKeyInQuery(query: string): void {
  if (query === '') return;
  const parameters = [...new URLSearchParams(query)];
  const isCredential = ([name, value]: [string, string]): boolean =>
    CREDENTIAL_NAMES.has(name.toLowerCase()) || KEY_LIKE.test(name) || KEY_LIKE.test(value);
  if (!parameters.some(isCredential)) return;
  throw new InvalidRequest(
    'Send the key as a header and not in the URL, which is logged on its way. Replace a key that was sent in one.',
    undefined,
    'key_in_query',
  );
}
