import type { DialectId, EndpointId } from '../../contracts/storage/catalog';
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

/** Every dialect by its stored id. */
export const DIALECTS: { readonly [id in DialectId]: Dialect } = { anthropic, openai };

/** Every metered endpoint by its stored id. Only these and the free ones lead to a provider. */
export const ENDPOINTS: { readonly [id in EndpointId]: MeteredEndpoint } = { chat, messages, embeddings };

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

/** Every protocol's own request headers. All of them are passed on to every provider, whatever its dialect. */
export const PROTOCOL_HEADERS = Object.values(DIALECTS).flatMap(({ protocolHeaders }) => protocolHeaders);

/** The limits that a request's headers raise for any provider, because every provider gets the headers. */
export function raisedLimits(headers: Headers): ModelLimits {
  const raised = Object.values(DIALECTS).flatMap((dialect) => dialect.raisedLimits?.(headers) ?? []);
  return {
    contextTokens: Math.max(0, ...raised.map(({ contextTokens }) => contextTokens)),
    outputTokensMax: Math.max(0, ...raised.map(({ outputTokensMax }) => outputTokensMax)),
  };
}
