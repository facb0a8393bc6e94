/**
 * What kind of error it is, which each dialect has its own name for.
 * - `attempt_limit`: the caller failed to authenticate too often.
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
  /** The request's member that is wrong. */
  readonly param?: string;
  readonly retryAfterSeconds?: number;
  /** What is sent with it, by lower-case name. */
  readonly headers?: { readonly [name: string]: string };
}

/** Every error that a client can see. Data only: it is rendered once, in the client's dialect, at the edge. */
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

/** One message for every way in which a key can be wrong, so that nothing can be learned from it. */
export class InvalidApiKey extends AppError {
  override readonly status = 401;
  override readonly code = 'invalid_api_key';
  override readonly kind = 'authentication';
  constructor() {
    super('No valid API key was given. Send it as "Authorization: Bearer <key>" or "x-api-key: <key>".');
  }
}

/** One message for a role of which the named key is not, and for whatever may be wrong with the key. */
export class InvalidRole extends AppError {
  override readonly status = 401;
  override readonly code = 'invalid_role';
  override readonly kind = 'authentication';
  constructor() {
    super('Send the id of a key that is for the IAM role which signs the request as "x-api-key: <key id>".');
  }
}

/** Whoever fails to prove who they are again and again waits. It says nothing of whether they would have been right. */
export class TooManyAttempts extends AppError {
  override readonly status = 429;
  override readonly code = 'too_many_attempts';
  override readonly kind = 'attempt_limit';
  constructor(retryAfterSeconds: number) {
    super('Too many attempts have failed. Check the credentials, and wait before the next.', { retryAfterSeconds });
  }
}

export class InsufficientQuota extends AppError {
  override readonly status = 402;
  override readonly code = 'insufficient_quota';
  override readonly kind = 'billing';
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

export class ModelNotFound extends NotFound {
  constructor(message: string) {
    super(message, 'model_not_found', 'model');
  }
}

export class MethodNotAllowed extends AppError {
  override readonly status = 405;
  override readonly code = 'method_not_allowed';
  override readonly kind = 'invalid_request';
  constructor(method: string, allowed: string) {
    super(`${method} is not allowed here; use ${allowed}.`, { headers: { allow: allowed } });
  }
}

/** The account cancelled the request while it ran. */
export class RequestCancelled extends AppError {
  override readonly status = 409;
  override readonly code = 'request_cancelled';
  override readonly kind = 'invalid_request';
  constructor() {
    super('The request was cancelled.');
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

/** A limit of the key is reached. The client may come again, but for a request that is too large by itself. */
export class RateLimited extends AppError {
  override readonly status = 429;
  override readonly code = 'rate_limit_exceeded';
  override readonly kind = 'rate_limit';
}

/** Something of ours failed. The client learns the request id and no more. */
export class InternalError extends AppError {
  override readonly status = 500;
  override readonly code = 'internal_error';
  override readonly kind = 'server';
  constructor() {
    super('The gateway failed to handle the request.');
  }
}

/** The provider failed, after fallbacks. The message may carry the provider's text, so it is never persisted. */
export class ProviderFailed extends AppError {
  readonly status: 502 | 503 | 504;
  override readonly code = 'provider_error';
  readonly kind: ErrorKind;
  constructor(status: 502 | 503 | 504, message: string, retryAfterSeconds?: number) {
    super(message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
    this.status = status;
    this.kind = KINDS[status];
  }
}

const KINDS = { 502: 'server', 503: 'overloaded', 504: 'timeout' } as const;

/** Why the gateway ends a request that is under way: its time is over, or the host stops. */
export type StopReason = 'time_limit' | 'shutdown';

const STOPS: { readonly [reason in StopReason]: readonly [503 | 504, string] } = {
  time_limit: [504, 'at its time limit'],
  shutdown: [503, 'because it stops'],
};

/** The gateway itself ended the request while the provider was at work. */
export class RequestStopped extends AppError {
  readonly status: 503 | 504;
  override readonly code = 'request_stopped';
  readonly kind: ErrorKind;
  constructor(reason: StopReason) {
    const [status, why] = STOPS[reason];
    super(`The gateway ended the request ${why}.`);
    this.status = status;
    this.kind = KINDS[status];
  }
}

/** The gateway cannot serve now: its store is unavailable. Nothing was charged. */
export class ServiceUnavailable extends AppError {
  override readonly status = 503;
  override readonly code = 'service_unavailable';
  override readonly kind = 'overloaded';
  constructor() {
    super('The gateway cannot take the request right now; nothing was charged.', { retryAfterSeconds: 1 });
  }
}
