import { Refusal } from '../../domain/errors/refusal';

/** The first request with this Idempotency-Key has not ended. */
export class RequestInProgress extends Refusal {
  override readonly name = 'RequestInProgress';
  override readonly status = 409;
  override readonly code = 'request_in_progress';
  constructor() {
    super('The first request with this Idempotency-Key is still in progress: wait for it.', { retryAfterSeconds: 1 });
  }
}

/** An Idempotency-Key belongs to one request. */
export class IdempotencyKeyReused extends Refusal {
  override readonly name = 'IdempotencyKeyReused';
  override readonly status = 422;
  override readonly code = 'idempotency_key_reused';
  constructor() {
    super('This Idempotency-Key was already used for another request: use a new one.');
  }
}
