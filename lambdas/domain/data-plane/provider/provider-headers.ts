import type { Headers } from '../exchange';

/** What of the client's headers a provider may see: the protocol's own, nothing of the person or the account. */
const REQUEST_HEADERS = ['anthropic-version', 'anthropic-beta', 'openai-beta'] as const;

/** What of a provider's headers a client may see: nothing of the operator's account or limits there. */
const RESPONSE_HEADERS = ['content-type', 'retry-after'] as const;

/** @returns the headers for the provider; its credentials are added by the client of it */
export function providerHeaders(headers: Headers, stream: boolean): { [name: string]: string } {
  return {
    ...pick(headers, REQUEST_HEADERS),
    'content-type': 'application/json',
    accept: stream ? 'text/event-stream' : 'application/json',
  };
}

/** Media types are written in any case. */
export function isEventStream(headers: Headers): boolean {
  return /^text\/event-stream\s*(;|$)/i.test(headers['content-type'] ?? '');
}

export function clientHeaders(headers: Headers): { [name: string]: string } {
  return pick(headers, RESPONSE_HEADERS);
}

function pick(headers: Headers, names: readonly string[]): { [name: string]: string } {
  const picked: { [name: string]: string } = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
