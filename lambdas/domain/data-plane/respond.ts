import type { Dialect } from '../../contracts/storage/catalog';
import { type AppError, MethodNotAllowed } from '../errors/app-error';
import { errorBody } from '../errors/render-error';
import type { Exchange } from './exchange';

export interface ResponseHeaders {
  readonly [name: string]: string;
}

/** Sends a whole answer. */
export function respond(exchange: Exchange, status: number, headers: ResponseHeaders, body: string | Buffer): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  exchange.begin(status, { ...headers, 'content-length': String(bytes.length) }).end(bytes);
}

export function respondJson(exchange: Exchange, status: number, headers: ResponseHeaders, value: object): void {
  respond(exchange, status, { 'content-type': 'application/json', ...headers }, JSON.stringify(value));
}

/** The one place where an error becomes a response. */
export function respondError(exchange: Exchange, error: AppError, dialect: Dialect, headers: ResponseHeaders): void {
  const retryAfter: ResponseHeaders =
    error.retryAfterSeconds === undefined ? {} : { 'retry-after': String(error.retryAfterSeconds) };
  const allow: ResponseHeaders = error instanceof MethodNotAllowed ? { allow: error.allowed } : {};
  respond(
    exchange,
    error.status,
    { 'content-type': 'application/json', ...retryAfter, ...allow, ...error.headers, ...headers },
    errorBody(error, dialect),
  );
}
