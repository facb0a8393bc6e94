/** How each dialect calls a class of errors; the names are OpenAI's and Anthropic's own. */
export interface ErrorTypes {
  readonly openai: string;
  readonly anthropic: string;
}

const INVALID_REQUEST: ErrorTypes = { openai: 'invalid_request_error', anthropic: 'invalid_request_error' };

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
  abstract readonly types: ErrorTypes;
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
  override readonly types = INVALID_REQUEST;
  constructor(message: string, param?: string, code = 'invalid_request') {
    super(message, param === undefined ? {} : { param });
    this.code = code;
  }
}

/** One message for every way in which a key can be wrong, so that nothing can be learned from it. */
export class InvalidApiKey extends AppError {
  override readonly status = 401;
  override readonly code = 'invalid_api_key';
  override readonly types = { openai: 'invalid_request_error', anthropic: 'authentication_error' };
  constructor() {
    super('No valid API key was given. Send it as "Authorization: Bearer <key>" or "x-api-key: <key>".');
  }
}

/** One message for a role of which the named key is not, and for whatever may be wrong with the key. */
export class InvalidRole extends AppError {
  override readonly status = 401;
  override readonly code = 'invalid_role';
  override readonly types = { openai: 'invalid_request_error', anthropic: 'authentication_error' };
  constructor() {
    super('Send the id of a key that is for the IAM role which signs the request as "x-api-key: <key id>".');
  }
}

/** Whoever fails to prove who they are again and again waits. It says nothing of whether they would have been right. */
export class TooManyAttempts extends AppError {
  override readonly status = 429;
  override readonly code = 'too_many_attempts';
  override readonly types = { openai: 'invalid_request_error', anthropic: 'rate_limit_error' };
  constructor(retryAfterSeconds: number) {
    super('Too many attempts have failed. Check the credentials, and wait before the next.', { retryAfterSeconds });
  }
}

export class InsufficientQuota extends AppError {
  override readonly status = 402;
  override readonly code = 'insufficient_quota';
  override readonly types = { openai: 'insufficient_quota', anthropic: 'billing_error' };
}

export class Forbidden extends AppError {
  override readonly status = 403;
  readonly code: string;
  override readonly types = { openai: 'invalid_request_error', anthropic: 'permission_error' };
  constructor(message: string, code = 'forbidden', param?: string) {
    super(message, param === undefined ? {} : { param });
    this.code = code;
  }
}

export class NotFound extends AppError {
  override readonly status = 404;
  readonly code: string;
  override readonly types = { openai: 'invalid_request_error', anthropic: 'not_found_error' };
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
  override readonly types = INVALID_REQUEST;
  readonly allowed: string;
  constructor(method: string, allowed: string) {
    super(`${method} is not allowed here; use ${allowed}.`);
    this.allowed = allowed;
  }
}

/** The account cancelled the request while it ran. */
export class RequestCancelled extends AppError {
  override readonly status = 409;
  override readonly code = 'request_cancelled';
  override readonly types = INVALID_REQUEST;
  constructor() {
    super('The request was cancelled.');
  }
}

export class PayloadTooLarge extends AppError {
  override readonly status = 413;
  override readonly code = 'request_too_large';
  override readonly types = { openai: 'invalid_request_error', anthropic: 'request_too_large' };
  constructor(bytesMax: number) {
    super(`The request body is larger than ${bytesMax} bytes.`);
  }
}

export class UnsupportedMediaType extends AppError {
  override readonly status = 415;
  override readonly code = 'unsupported_media_type';
  override readonly types = INVALID_REQUEST;
}

/** A limit of the key is reached. The client may come again, but for a request that is too large by itself. */
export class RateLimited extends AppError {
  override readonly status = 429;
  override readonly code = 'rate_limit_exceeded';
  override readonly types = { openai: 'rate_limit_error', anthropic: 'rate_limit_error' };
}

/** Something of ours failed. The client learns the request id and no more. */
export class InternalError extends AppError {
  override readonly status = 500;
  override readonly code = 'internal_error';
  override readonly types = { openai: 'server_error', anthropic: 'api_error' };
  constructor() {
    super('The gateway failed to handle the request.');
  }
}

/** The provider failed, after fallbacks. The message may carry the provider's text, so it is never persisted. */
export class ProviderFailed extends AppError {
  readonly status: 502 | 503 | 504;
  override readonly code = 'provider_error';
  readonly types: ErrorTypes;
  constructor(status: 502 | 503 | 504, message: string, retryAfterSeconds?: number) {
    super(message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
    this.status = status;
    this.types = { openai: 'server_error', anthropic: ANTHROPIC_TYPES[status] };
  }
}

const ANTHROPIC_TYPES = { 502: 'api_error', 503: 'overloaded_error', 504: 'timeout_error' } as const;

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
  readonly types: ErrorTypes;
  constructor(reason: StopReason) {
    const [status, why] = STOPS[reason];
    super(`The gateway ended the request ${why}.`);
    this.status = status;
    this.types = { openai: 'server_error', anthropic: ANTHROPIC_TYPES[status] };
  }
}

/** The gateway cannot serve now: its store is unavailable. Nothing was charged. */
export class ServiceUnavailable extends AppError {
  override readonly status = 503;
  override readonly code = 'service_unavailable';
  override readonly types = { openai: 'server_error', anthropic: 'overloaded_error' };
  constructor() {
    super('The gateway cannot take the request right now; nothing was charged.', { retryAfterSeconds: 1 });
  }
}
