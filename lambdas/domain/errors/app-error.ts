/**
 * The kinds of error that dialects have their own names for.
 * - `attempt_limit`: the caller failed to authenticate too often.
 * - `billing`: the wallet or a budget is exhausted.
 * - `rate_limit`: a limit of the key is reached.
 * - `overloaded`: the gateway or the provider cannot serve now.
 */
export type ErrorKind =
  | 'invalid_request'
  | 'authentication'
  | 'attempt_limit'
  | 'billing'
  | 'permission'
  | 'not_found'
  | 'too_large'
  | 'rate_limit'
  | 'server'
  | 'overloaded'
  | 'timeout';

interface Details {
  /** The member of the request that is wrong. */
  readonly param?: string;
  readonly retryAfterSeconds?: number;
  /** Response headers that come with the error, by lower-case name. */
  readonly headers?: { readonly [name: string]: string };
}

/**
 * An error that a client can see. It is data, rendered once at the edge in the client's dialect. Each is defined in the
 * feature that throws it; this file has the ones that several features share.
 */
export abstract class AppError extends Error {
  abstract readonly status: number;
  abstract readonly code: string;
  abstract readonly kind: ErrorKind;
  readonly param: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: { readonly [name: string]: string };

  constructor(message: string, details: Details = {}) {
    super(message);
    this.param = details.param;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.headers = details.headers ?? {};
  }
}

export class InvalidRequest extends AppError {
  override readonly status = 400;
  readonly code: string;
  override readonly kind = 'invalid_request';
  constructor(message: string, param?: string, code = 'invalid_request') {
    super(message, param === undefined ? {} : { param });
    this.code = code;
  }
}

export class Forbidden extends AppError {
  override readonly status = 403;
  readonly code: string;
  override readonly kind = 'permission';
  constructor(message: string, code = 'forbidden', param?: string) {
    super(message, param === undefined ? {} : { param });
    this.code = code;
  }
}

export class NotFound extends AppError {
  override readonly status = 404;
  readonly code: string;
  override readonly kind = 'not_found';
  constructor(message: string, code: string, param?: string) {
    super(message, param === undefined ? {} : { param });
    this.code = code;
  }
}

export class PayloadTooLarge extends AppError {
  override readonly status = 413;
  override readonly code = 'request_too_large';
  override readonly kind = 'too_large';
  constructor(bytesMax: number) {
    super(`The request body is larger than ${bytesMax} bytes.`);
  }
}

export class UnsupportedMediaType extends AppError {
  override readonly status = 415;
  override readonly code = 'unsupported_media_type';
  override readonly kind = 'invalid_request';
}

/** The gateway itself failed. The client learns only the request id. */
export class InternalError extends AppError {
  override readonly status = 500;
  override readonly code = 'internal_error';
  override readonly kind = 'server';
  constructor() {
    super('The gateway failed to handle the request.');
  }
}

/** The gateway's store is unavailable. Nothing was charged. */
export class ServiceUnavailable extends AppError {
  override readonly status = 503;
  override readonly code = 'service_unavailable';
  override readonly kind = 'overloaded';
  constructor() {
    super('The gateway cannot take the request right now; nothing was charged.', { retryAfterSeconds: 1 });
  }
}
