import { formatUsd } from '../../money/pico';
import { AppError } from '../../errors/app-error';
import type { ResponseHeaders } from '../respond';

/** The official clients retry a 409 unless this header tells them not to. */
const NO_RETRY: ResponseHeaders = { 'x-should-retry': 'false' };

/** A first request can run for minutes, so clients that come back at once would only wait again. */
const RETRY_AFTER_SECONDS = 5;

/** An earlier request with the same Idempotency-Key. */
export interface EndedRequest {
  readonly requestId: string;
  /** The charge to the account, in pico-dollars. */
  readonly costPico: bigint;
}

/** The first request has ended. Its answer is not stored, so a retry can learn only what it cost. */
export class KeyedRequestEnded extends AppError {
  override readonly status = 409;
  override readonly code = 'idempotency_key_used';
  override readonly kind = 'invalid_request';
  constructor({ requestId, costPico }: EndedRequest) {
    const cost = formatUsd(costPico);
    super(
      `The request with this Idempotency-Key has ended: ${requestId}, charged $${cost}. Its answer is not stored. GET /v1/requests/${requestId} shows how it ended; use a new key to send it again.`,
      { headers: { ...NO_RETRY, 'x-tollgate-first-request-id': requestId, 'x-tollgate-first-cost': cost } },
    );
  }
}

/** The first request still runs. */
export class KeyedRequestRunning extends AppError {
  override readonly status = 409;
  override readonly code = 'request_in_progress';
  override readonly kind = 'invalid_request';
  constructor(requestId: string) {
    super(`The first request with this Idempotency-Key, ${requestId}, is still running: retry later.`, {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      headers: { 'x-tollgate-first-request-id': requestId },
    });
  }
}

/** An Idempotency-Key belongs to one request. */
export class IdempotencyKeyReused extends AppError {
  override readonly status = 422;
  override readonly code = 'idempotency_key_reused';
  override readonly kind = 'invalid_request';
  constructor(requestId: string) {
    super(`This Idempotency-Key belongs to another request, ${requestId}, with a different body: use a new key.`, {
      headers: { ...NO_RETRY, 'x-tollgate-first-request-id': requestId },
    });
  }
}
