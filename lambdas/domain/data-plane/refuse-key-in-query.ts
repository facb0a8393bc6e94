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

/** An address is kept where a header is not: in histories, in logs between here and there. Whoever sends a key in one learns it. */
export function refuseKeyInQuery(query: string): void {
  if (query === '') return;
  const parameters = [...new URLSearchParams(query)];
  const isCredential = ([name, value]: [string, string]): boolean =>
    CREDENTIAL_NAMES.has(name.toLowerCase()) || KEY_LIKE.test(name) || KEY_LIKE.test(value);
  if (!parameters.some(isCredential)) return;
  throw new InvalidRequest(
    'A key in the address is not taken, because addresses are logged on their way: send it as a header, and replace a key that was sent so.',
    undefined,
    'key_in_query',
  );
}
