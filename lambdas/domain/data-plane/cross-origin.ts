import type { Exchange } from './exchange';
import type { ResponseHeaders } from './respond';

/** Scripts can read only a few harmless headers of an answer, unless the answer names more. */
const EXPOSED_HEADERS = [
  'x-request-id',
  'request-id',
  'x-tollgate-cost',
  'x-tollgate-first-request-id',
  'x-tollgate-first-cost',
  'retry-after',
  'x-should-retry',
  'x-ratelimit-limit-requests',
  'x-ratelimit-limit-tokens',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-remaining-tokens',
  'x-ratelimit-reset-requests',
  'x-ratelimit-reset-tokens',
].join(', ');

/** How long a browser may remember the answer to a preflight request. Chromium remembers none for longer. */
const PREFLIGHT_SECONDS = 7_200;

const HEADER_NAMES = /^[\w!#$%&'*+.^`|~, -]+$/;

/**
 * The headers that let a script of a configured origin read an answer, and no other script. Credentials of the browser
 * itself (cookies) are never allowed, because a key is the only credential here.
 * @param browserOrigins empty when the deployment serves no scripts; its answers then do not mention origins at all
 */
export function crossOriginHeaders({ headers }: Exchange, browserOrigins: readonly string[]): ResponseHeaders {
  if (browserOrigins.length === 0) return {};
  // A cache must not give one origin the answer to another.
  const vary = { vary: 'Origin' };
  const { origin } = headers;
  if (origin === undefined || !browserOrigins.includes(origin)) return vary;
  return { ...vary, 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED_HEADERS };
}

/**
 * The answer to a browser that asks whether a script may send a request. Browsers ask without a key. The clients' libraries
 * send headers of their own, so every header that the browser names is allowed.
 * @returns undefined when the request is not such a question, or the origin is not configured
 */
export function preflightHeaders(
  { method, headers }: Exchange,
  browserOrigins: readonly string[],
): ResponseHeaders | undefined {
  const { origin, 'access-control-request-method': wanted, 'access-control-request-headers': names = '' } = headers;
  if (method !== 'OPTIONS' || origin === undefined || wanted === undefined || !browserOrigins.includes(origin))
    return undefined;
  return {
    'access-control-allow-methods': 'GET, POST',
    ...(HEADER_NAMES.test(names) && { 'access-control-allow-headers': names }),
    'access-control-max-age': String(PREFLIGHT_SECONDS),
  };
}
