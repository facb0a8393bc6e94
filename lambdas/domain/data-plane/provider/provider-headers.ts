import type { EndpointId } from '../../../contracts/storage/catalog';
import type { ProviderBody } from '../../dialects/endpoint';
import { PROTOCOL_HEADERS, protocolHeaders, spokenDialects } from '../../dialects/registry';
import type { Headers } from '../../headers';
import type { ProviderRequest } from './provider-client';

/** The provider's headers that clients may see. They reveal nothing about the operator's account or limits there. */
const RESPONSE_HEADERS = ['content-type', 'retry-after'] as const;

/**
 * The headers of a request to any provider. Only the protocols' own headers are passed on from the client, and nothing
 * about the person or the account. `inItsDialects` then leaves out those that mean nothing to a provider, and the
 * provider client adds the credentials.
 */
export function providerHeaders(headers: Headers, { contentType, accept }: ProviderBody): { [name: string]: string } {
  return { ...pick(headers, PROTOCOL_HEADERS), 'content-type': contentType, accept };
}

/**
 * Leaves out the headers of protocols that the request is not in. Such a header could only do something that its client
 * does not expect, and the bound does not count with it.
 */
export function inItsDialects(request: ProviderRequest, endpoint: EndpointId): ProviderRequest {
  const spoken = protocolHeaders(spokenDialects(endpoint, request.provider));
  const isKept = (name: string) => spoken.includes(name) || !PROTOCOL_HEADERS.includes(name);
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => isKept(name)));
  return { ...request, headers };
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
