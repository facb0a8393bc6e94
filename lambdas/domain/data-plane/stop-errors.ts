import { AppError, type ErrorKind } from '../errors/app-error';

/** Why the gateway ends a running request: it reached its time limit, the host shuts down, or memory ran out. */
export type StopReason = 'time_limit' | 'shutdown' | 'overload';

interface Stop {
  readonly status: 503 | 504;
  readonly kind: ErrorKind;
  readonly why: string;
}

const STOPS: { readonly [reason in StopReason]: Stop } = {
  time_limit: { status: 504, kind: 'timeout', why: 'at its time limit' },
  shutdown: { status: 503, kind: 'overloaded', why: 'because it stops' },
  overload: { status: 503, kind: 'overloaded', why: 'because it has no memory for the answer' },
};

/** The gateway ended the request while the provider was working on it. */
export class RequestStopped extends AppError {
  readonly status: 503 | 504;
  override readonly code = 'request_stopped';
  readonly kind: ErrorKind;
  constructor(reason: StopReason) {
    const { status, kind, why } = STOPS[reason];
    super(`The gateway ended the request ${why}.`);
    this.status = status;
    this.kind = kind;
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
