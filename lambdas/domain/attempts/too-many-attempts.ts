import { AppError } from '../errors/app-error';

/** A caller that fails to authenticate again and again has to wait. The error does not tell whether this attempt was right. */
export class TooManyAttempts extends AppError {
  override readonly status = 429;
  override readonly code = 'too_many_attempts';
  override readonly kind = 'attempt_limit';
  constructor(retryAfterSeconds: number) {
    super('Too many attempts have failed. Check the credentials, and wait before the next.', { retryAfterSeconds });
  }
}
