import { Refusal } from '../../domain/errors/refusal';

/** One thing that is wrong with a request. */
export interface Fault {
  /** A JSON pointer (RFC 6901) into the body, or the name of a header, a query or a path parameter. */
  readonly pointer: string;
  readonly detail: string;
}

/** The request is malformed. */
export class InvalidInput extends Refusal {
  override readonly name = 'InvalidInput';
  override readonly status = 400;
  override readonly code = 'invalid_request';
  readonly faults: readonly Fault[];
  constructor(faults: readonly Fault[]) {
    super('The request is invalid: see errors.');
    this.faults = faults;
  }
}

/** The access token is missing or invalid. Every case gets the same response. */
export class Unauthenticated extends Refusal {
  override readonly name = 'Unauthenticated';
  override readonly status = 401;
  override readonly code = 'unauthenticated';
  constructor() {
    super('Sign in, and send the access token as "Authorization: Bearer <token>".');
  }
}

/** A change must name the version that it changes, so that it cannot silently undo another change. */
export class PreconditionRequired extends Refusal {
  override readonly name = 'PreconditionRequired';
  override readonly status = 428;
  override readonly code = 'precondition_required';
  constructor() {
    super('Send the version that you read as "If-Match: <ETag>".');
  }
}
