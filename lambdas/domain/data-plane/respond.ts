import type { Dialect } from '../dialects/dialect';
import type { AppError } from '../errors/app-error';
import type { Exchange } from './exchange';

export interface ResponseHeaders {
  readonly [name: string]: string;
}

/** Sends a whole response. */
export function respond(exchange: Exchange, status: number, headers: ResponseHeaders, body: string | Buffer): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  exchange.begin(status, { ...headers, 'content-length': String(bytes.length) }).end(bytes);
}

export function respondJson(exchange: Exchange, status: number, headers: ResponseHeaders, value: object): void {
  respond(exchange, status, { 'content-type': 'application/json', ...headers }, JSON.stringify(value));
}

/**
 * The one place where an error becomes a response.
 * @param headers with the request ID, which some dialects repeat in the body
 */
export function respondError(exchange: Exchange, error: AppError, dialect: Dialect, headers: ResponseHeaders): void {
  respond(
    exchange,
    error.status,
    { 'content-type': 'application/json', ...retryAfter(error), ...error.headers, ...headers },
    dialect.errorBody(error, headers['x-request-id'] ?? ''),
  );
}

export function retryAfter({
  retryAfterSeconds,
}: {
  readonly retryAfterSeconds?: number | undefined;
}): ResponseHeaders {
  return retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
}
