import type { ProviderBody } from '../../dialects/endpoint';
import { PROTOCOL_HEADERS } from '../../dialects/registry';
import type { Headers } from '../../headers';

/** The provider's headers that clients may see. They reveal nothing about the operator's account or limits there. */
const RESPONSE_HEADERS = ['content-type', 'retry-after'] as const;

/**
 * The headers of a request to a provider. Only the protocol's own headers are passed on from the client, and nothing
 * about the person or the account. The provider client adds the credentials.
 */
export function providerHeaders(headers: Headers, { contentType, accept }: ProviderBody): { [name: string]: string } {
  return { ...pick(headers, PROTOCOL_HEADERS), 'content-type': contentType, accept };
}

/** The headers of a provider's answer for the client. */
export function clientHeaders(headers: Headers): { [name: string]: string } {
  return pick(headers, RESPONSE_HEADERS);
}

/**
 * Matches what cannot be in a header: control characters, and anything beyond ASCII. A host refuses to send such a
 * header, and the client would lose an answer that it pays for.
 */
const NOT_ASCII = /[^\x20-\x7e]/g;

function pick(headers: Headers, names: readonly string[]): { [name: string]: string } {
  const picked: { [name: string]: string } = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) picked[name] = value.replace(NOT_ASCII, '?');
  }
  return picked;
}
