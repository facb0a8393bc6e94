import type { DialectId, EndpointId, ProviderSettings } from '../../contracts/storage/catalog';
import type { Headers } from '../headers';
import { anthropic } from './anthropic/anthropic';
import { countTokens } from './anthropic/messages/count-tokens';
import { messages } from './anthropic/messages/messages';
import type { Dialect, ModelLimits } from './dialect';
import type { MeteredEndpoint } from './endpoint';
import type { FreeEndpoint } from './free-endpoint';
import { chat } from './openai/chat/chat';
import { embeddings } from './openai/embeddings/embeddings';
import { openai } from './openai/openai';
import { responses } from './openai/responses/responses';

/** Every dialect by its stored id. */
export const DIALECTS: { readonly [id in DialectId]: Dialect } = { anthropic, openai };

/** Every metered endpoint by its stored id. Only these and the free ones lead to a provider. */
export const ENDPOINTS: { readonly [id in EndpointId]: MeteredEndpoint } = {
  chat,
  responses,
  messages,
  embeddings,
};

/** Every endpoint that costs nothing. */
export const FREE_ENDPOINTS: readonly FreeEndpoint[] = [countTokens];

/** The dialect of a response if the request does not reveal its dialect. */
const DEFAULT_DIALECT = openai;

/** The dialect of a response that no endpoint renders: an error before a request is served, or the list of models. */
export function dialectOf(path: string, headers: Headers): Dialect {
  const isMarked = ({ markerHeader }: Dialect) => markerHeader !== undefined && headers[markerHeader] !== undefined;
  const isBelow = (endpoint: MeteredEndpoint) => path.startsWith(endpoint.path);
  return Object.values(DIALECTS).find(isMarked) ?? Object.values(ENDPOINTS).find(isBelow)?.dialect ?? DEFAULT_DIALECT;
}

/**
 * The dialects that a request to a provider is in: its endpoint's, and the one that the provider is configured with. They
 * differ where a provider offers another dialect's endpoint.
 */
export function spokenDialects(endpoint: EndpointId, provider: ProviderSettings): ReadonlySet<Dialect> {
  return new Set([ENDPOINTS[endpoint].dialect, DIALECTS[provider.dialect]]);
}

/** Every protocol's own request headers. */
export const PROTOCOL_HEADERS = protocolHeaders(Object.values(DIALECTS));

/** The request headers of these dialects' protocols. */
export function protocolHeaders(dialects: Iterable<Dialect>): readonly string[] {
  return [...dialects].flatMap((dialect) => dialect.protocolHeaders);
}

/** The limits that a request's headers raise for a provider that is sent the headers of these dialects. */
export function raisedLimits(headers: Headers, dialects: Iterable<Dialect>): ModelLimits {
  const raised = [...dialects].flatMap((dialect) => dialect.raisedLimits?.(headers) ?? []);
  return {
    contextTokens: Math.max(0, ...raised.map(({ contextTokens }) => contextTokens)),
    outputTokensMax: Math.max(0, ...raised.map(({ outputTokensMax }) => outputTokensMax)),
  };
}
