import { AppError } from './app-error';

/** What the control plane answers instead of what it was asked for. Its dialect is its own: problem details. */
export abstract class Refusal extends AppError {
  override readonly types = { openai: 'invalid_request_error', anthropic: 'invalid_request_error' };
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

/** Also for what belongs to another account: whether it exists is nobody else's business. */
class Missing extends Refusal {
  override readonly status = 404;
  readonly code: string;
  constructor(what: 'account' | 'member' | 'invitation' | 'key' | 'trust' | 'person' | 'operator' | 'proposal') {
    super(`There is no such ${what}.`);
    this.code = `${what}_not_found`;
  }
}

export class AccountNotFound extends Missing {
  override readonly name = 'AccountNotFound';
  constructor() {
    super('account');
  }
}

export class MemberNotFound extends Missing {
  override readonly name = 'MemberNotFound';
  constructor() {
    super('member');
  }
}

/** One answer for an invitation that is unknown, wrong, accepted, withdrawn or over. */
export class InvitationNotFound extends Missing {
  override readonly name = 'InvitationNotFound';
  constructor() {
    super('invitation');
  }
}

export class KeyNotFound extends Missing {
  override readonly name = 'KeyNotFound';
  constructor() {
    super('key');
  }
}

export class TrustNotFound extends Missing {
  override readonly name = 'TrustNotFound';
  constructor() {
    super('trust');
  }
}

export class PersonNotFound extends Missing {
  override readonly name = 'PersonNotFound';
  constructor() {
    super('person');
  }
}

export class OperatorNotFound extends Missing {
  override readonly name = 'OperatorNotFound';
  constructor() {
    super('operator');
  }
}

export class ProposalNotFound extends Missing {
  override readonly name = 'ProposalNotFound';
  constructor() {
    super('proposal');
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

/** The state of things does not allow it now; what is wrong is in the code. */
class Conflict extends Refusal {
  override readonly status = 409;
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export class AccountSuspended extends Conflict {
  override readonly name = 'AccountSuspended';
  constructor() {
    super('account_suspended', 'The account is suspended.');
  }
}

export class AlreadyMember extends Conflict {
  override readonly name = 'AlreadyMember';
  constructor() {
    super('already_member', 'The person is a member of the account already.');
  }
}

export class OwnerIsFixed extends Conflict {
  override readonly name = 'OwnerIsFixed';
  constructor() {
    super('owner_is_fixed', 'An account has exactly one owner: transfer the ownership first.');
  }
}

export class OwnerExists extends Conflict {
  override readonly name = 'OwnerExists';
  constructor() {
    super('owner_exists', 'The account has an owner already.');
  }
}

/** The key was revoked, has ended, or was rotated before. */
export class KeyNotLive extends Conflict {
  override readonly name = 'KeyNotLive';
  constructor() {
    super('key_not_live', 'The key was revoked, has ended, or was replaced before.');
  }
}

/** The key would have a successor that nobody suspended. */
export class KeySuspended extends Conflict {
  override readonly name = 'KeySuspended';
  constructor() {
    super('key_suspended', 'The key is suspended: first an owner or admin of its account resumes it.');
  }
}

/** What has no secret has none that could be replaced. */
export class KeyHasNoSecret extends Conflict {
  override readonly name = 'KeyHasNoSecret';
  constructor() {
    super('key_has_no_secret', 'The key is for an IAM role and has no secret that could be replaced.');
  }
}

export class LimitReached extends Conflict {
  override readonly name = 'LimitReached';
  constructor(what: string, most: number) {
    super('limit_reached', `There can be at most ${most} ${what}.`);
  }
}

/** Prices change by approval only once a whole price list was approved. */
export class CatalogNotAdopted extends Conflict {
  override readonly name = 'CatalogNotAdopted';
  constructor() {
    super('catalog_not_adopted', 'First approve a complete price list as a whole: until then the compiled one holds.');
  }
}

/** What would be set cannot be, beside what is there. */
export class CatalogConflict extends Conflict {
  override readonly name = 'CatalogConflict';
  constructor(message: string) {
    super('catalog_conflict', message);
  }
}

/** A change would begin before every process knows of it, or in the past. */
export class BeginsTooSoon extends Conflict {
  override readonly name = 'BeginsTooSoon';
  constructor(earliest: string) {
    super('begins_too_soon', `The change can begin at ${earliest} at the earliest.`);
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
