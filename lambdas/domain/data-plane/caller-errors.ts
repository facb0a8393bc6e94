import { WEBSOCKET_REFUSAL } from '../../contracts/deployment/edge';
import { AppError } from '../errors/app-error';

/** Every invalid key gets the same message, so that the message reveals nothing. */
export class InvalidApiKey extends AppError {
  override readonly status = 401;
  override readonly code = 'invalid_api_key';
  override readonly kind = 'authentication';
  constructor() {
    super(
      'No valid API key was given. Send it as "Authorization: Bearer <key>", "x-api-key: <key>" or "api-key: <key>".',
    );
  }
}

/** A role that does not match the named key gets the same message as an invalid key. */
export class InvalidRole extends AppError {
  override readonly status = 401;
  override readonly code = 'invalid_role';
  override readonly kind = 'authentication';
  constructor() {
    super('Send the id of a key that is for the IAM role which signs the request as "x-api-key: <key id>".');
  }
}

export class MethodNotAllowed extends AppError {
  override readonly status = 405;
  override readonly code = 'method_not_allowed';
  override readonly kind = 'invalid_request';
  constructor(method: string, allowed: string) {
    super(`${method} is not allowed here; use ${allowed}.`, { headers: { allow: allowed } });
  }
}

export class WebSocketRefused extends AppError {
  override readonly status = WEBSOCKET_REFUSAL.status;
  override readonly code = WEBSOCKET_REFUSAL.code;
  override readonly kind = 'invalid_request';
  constructor() {
    super(WEBSOCKET_REFUSAL.message);
  }
}
