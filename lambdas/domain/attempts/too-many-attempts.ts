import { AppError } from '../errors/app-error';

/**
 * The caller failed to authenticate too often and has to wait. The error does not reveal whether this attempt was
 * valid.
 */
export class TooManyAttempts extends AppError {
  override readonly status = 429;
  override readonly code = 'too_many_attempts';
  override readonly kind = 'attempt_limit';
  constructor(retryAfterSeconds: number) {
    super('Too many attempts have failed. Check the credentials, and wait before the next.', { retryAfterSeconds });
  }
}
