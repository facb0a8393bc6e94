import { AppError, type ErrorKind } from '../../errors/app-error';

const KINDS = { 502: 'server', 503: 'overloaded', 504: 'timeout' } as const;

/** The provider failed, after fallbacks. The message may carry the provider's text, so it is never persisted. */
export class ProviderFailed extends AppError {
  readonly status: keyof typeof KINDS;
  override readonly code = 'provider_error';
  readonly kind: ErrorKind;
  constructor(status: keyof typeof KINDS, message: string, retryAfterSeconds?: number) {
    super(message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
    this.status = status;
    this.kind = KINDS[status];
  }
}
