import { AppError, type ErrorKind } from '../errors/app-error';
import { accountSuspended, InsufficientQuota } from './admission/admission-errors';
import type { CutReason } from './rolling/cut-reason';

/**
 * Why the gateway ends a running request: it reached its time limit, the host shuts down, memory ran out, or its hold
 * could not grow.
 */
export type StopReason = 'time_limit' | 'shutdown' | 'overload' | CutReason;

const STOPS: { readonly [reason in StopReason]: () => AppError } = {
  time_limit: () => new RequestStopped('at its time limit', 504, 'timeout'),
  shutdown: () => new RequestStopped('because it stops', 503, 'overloaded'),
  overload: () => new RequestStopped('because it has no memory for the answer', 503, 'overloaded'),
  account: () =>
    new InsufficientQuota('The request was ended, because the wallet has no money for more output. Add money to it.'),
  budget: () => new InsufficientQuota('The request was ended, because a budget has nothing left for more output.'),
  suspended: accountSuspended,
  store: () => new RequestStopped('because the store of the wallet does not answer', 503, 'overloaded'),
};

/** The error for a request that the gateway has ended. */
export const stopError = (reason: StopReason): AppError => STOPS[reason]();

/** The gateway ended the request while the provider was working on it. */
export class RequestStopped extends AppError {
  readonly status: 503 | 504;
  override readonly code = 'request_stopped';
  readonly kind: ErrorKind;
  constructor(why: string, status: 503 | 504, kind: ErrorKind) {
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
