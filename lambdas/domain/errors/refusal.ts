import { AppError } from './app-error';

/** An error of the control plane. It is rendered as problem details (RFC 9457), not in a provider's dialect. */
export abstract class Refusal extends AppError {
  override readonly kind = 'invalid_request';
}

/** The current state does not allow the action; the code says why. */
export abstract class Conflict extends Refusal {
  override readonly status = 409;
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** The words of a code: `legal_hold` is a legal hold. */
const wordsOf = (code: string): string => code.replaceAll('_', ' ');

/** Also the response for a resource of another account, so that its existence is not revealed. */
export abstract class Missing extends Refusal {
  override readonly status = 404;
  readonly code: string;
  constructor(what: string) {
    super(`There is no such ${wordsOf(what)}.`);
    this.code = `${what}_not_found`;
  }
}

/** Too many were created in a short time. */
export abstract class TooMany extends Refusal {
  override readonly status = 429;
  readonly code: string;
  constructor(what: string, retryAfterSeconds: number) {
    super(`Too many ${wordsOf(what)} were made in a short time: wait before you make the next.`, { retryAfterSeconds });
    this.code = `too_many_${what}`;
  }
}

/** The item was changed after the caller read it. */
export class VersionMismatch extends Refusal {
  override readonly name = 'VersionMismatch';
  override readonly status = 412;
  override readonly code = 'version_mismatch';
  constructor() {
    super('It was changed since you read it: read it again.');
  }
}

/** A list has reached its maximum length. */
export class LimitReached extends Conflict {
  override readonly name = 'LimitReached';
  constructor(what: string, most: number) {
    super('limit_reached', `There can be at most ${most} ${what}.`);
  }
}

/** The store conflicted or was unreachable for too long. Whether the last attempt was committed is unknown. */
export class ControlPlaneUnavailable extends Refusal {
  override readonly name = 'ControlPlaneUnavailable';
  override readonly status = 503;
  override readonly code = 'service_unavailable';
  constructor(options: ErrorOptions) {
    super('The service is unavailable right now: try again.', { retryAfterSeconds: 1 });
    this.cause = options.cause;
  }
}
