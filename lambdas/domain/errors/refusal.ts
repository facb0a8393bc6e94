import { AppError } from './app-error';

/** What the control plane answers instead of what it was asked for. Its dialect is its own: problem details. */
export abstract class Refusal extends AppError {
  override readonly kind = 'invalid_request';
}

/** A member of a request that is not as it must be. */
export interface Fault {
  /** A JSON pointer (RFC 6901) into the body, or the name of a header, a query or a path parameter. */
  readonly pointer: string;
  readonly detail: string;
}

/** The request is not one that could be done, whoever asks. */
export class InvalidInput extends Refusal {
  override readonly name = 'InvalidInput';
  override readonly status = 400;
  override readonly code = 'invalid_request';
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super('The request is not valid.');
    this.faults = faults;
  }
}

/** One answer for every way in which a token can be missing or wrong. */
export class Unauthenticated extends Refusal {
  override readonly name = 'Unauthenticated';
  override readonly status = 401;
  override readonly code = 'unauthenticated';
  constructor() {
    super('Sign in, and send the access token as "Authorization: Bearer <token>".');
  }
}

/** One answer for every way in which a token of somebody else's can be wrong, and its trust with it. */
export class TokenRefused extends Refusal {
  override readonly name = 'TokenRefused';
  override readonly status = 401;
  override readonly code = 'token_refused';
  constructor() {
    super('The token is not taken. Its issuer, audience, subject and age must be as the trust says.');
  }
}

export class NotAllowed extends Refusal {
  override readonly name = 'NotAllowed';
  override readonly status = 403;
  override readonly code = 'not_allowed';
  constructor() {
    super('Your role does not allow this.');
  }
}

/** Whoever runs the deployment needs more than a password to do so. */
export class MfaRequired extends Refusal {
  override readonly name = 'MfaRequired';
  override readonly status = 403;
  override readonly code = 'mfa_required';
  constructor() {
    super('Add an authenticator app to your user before you act as an operator.');
  }
}

export class AttestationRequired extends Refusal {
  override readonly name = 'AttestationRequired';
  override readonly status = 403;
  override readonly code = 'attestation_required';
  constructor() {
    super('State that you are 18 or older before you create a key.');
  }
}

/** Somebody changed it since it was read. */
export class VersionMismatch extends Refusal {
  override readonly name = 'VersionMismatch';
  override readonly status = 412;
  override readonly code = 'version_mismatch';
  constructor() {
    super('It was changed since you read it: read it again.');
  }
}

/** A change says which version it changes, so that nobody undoes another's without knowing. */
export class PreconditionRequired extends Refusal {
  override readonly name = 'PreconditionRequired';
  override readonly status = 428;
  override readonly code = 'precondition_required';
  constructor() {
    super('Send the version that you read as "If-Match: <ETag>".');
  }
}

/** The first request with this Idempotency-Key is still under way. */
export class RequestInProgress extends Refusal {
  override readonly name = 'RequestInProgress';
  override readonly status = 409;
  override readonly code = 'request_in_progress';
  constructor() {
    super('The request with this Idempotency-Key is still under way.', { retryAfterSeconds: 1 });
  }
}

/** One key names one request. */
export class IdempotencyKeyReused extends Refusal {
  override readonly name = 'IdempotencyKeyReused';
  override readonly status = 422;
  override readonly code = 'idempotency_key_reused';
  constructor() {
    super('This Idempotency-Key came with another request before.');
  }
}

/** What was to be mailed was not done: nobody is left waiting for a mail that does not come. */
export class MailNotTaken extends Refusal {
  override readonly name = 'MailNotTaken';
  override readonly status = 503;
  override readonly code = 'mail_not_taken';
  constructor() {
    super('The mail could not be sent right now, and nothing was done.', { retryAfterSeconds: 30 });
  }
}

/** The store conflicted or was unreachable for too long. Whether the last attempt was committed is unknown. */
export class ControlPlaneUnavailable extends Refusal {
  override readonly name = 'ControlPlaneUnavailable';
  override readonly status = 503;
  override readonly code = 'service_unavailable';
  constructor(options: ErrorOptions) {
    super('The gateway cannot do this right now.', { retryAfterSeconds: 1 });
    this.cause = options.cause;
  }
}
