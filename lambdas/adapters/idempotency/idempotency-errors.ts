import { Refusal } from '../../domain/errors/refusal';

/** The first request with this Idempotency-Key has not ended. */
export class RequestInProgress extends Refusal {
  override readonly name = 'RequestInProgress';
  override readonly status = 409;
  override readonly code = 'request_in_progress';
  constructor() {
    super('The request with this Idempotency-Key is still under way.', { retryAfterSeconds: 1 });
  }
}

/** An Idempotency-Key belongs to one request. */
export class IdempotencyKeyReused extends Refusal {
  override readonly name = 'IdempotencyKeyReused';
  override readonly status = 422;
  override readonly code = 'idempotency_key_reused';
  constructor() {
    super('This Idempotency-Key came with another request before.');
  }
}
