import { AppError } from '../errors/app-error';

export class MethodNotAllowed extends AppError {
  override readonly status = 405;
  override readonly code = 'method_not_allowed';
  override readonly kind = 'invalid_request';
  constructor(method: string, allowed: string) {
    super(`${method} is not allowed here; use ${allowed}.`, { headers: { allow: allowed } });
  }
}
