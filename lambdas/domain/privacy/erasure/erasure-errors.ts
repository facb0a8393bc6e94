import { Conflict, Missing } from '../../errors/refusal';

export class ErasureNotFound extends Missing {
  override readonly name = 'ErasureNotFound';
  constructor() {
    super('erasure');
  }
}

export class CertificateNotFound extends Missing {
  override readonly name = 'CertificateNotFound';
  constructor() {
    super('certificate');
  }
}

export class LegalHoldNotFound extends Missing {
  override readonly name = 'LegalHoldNotFound';
  constructor() {
    super('legal_hold');
  }
}

/** One erasure of an owner runs at a time. */
export class ErasureRunning extends Conflict {
  override readonly name = 'ErasureRunning';
  readonly erasureId: string;
  constructor(erasureId: string) {
    super('erasure_running', `The erasure ${erasureId} was requested before: cancel it, or wait until it is over.`);
    this.erasureId = erasureId;
  }
}

/** The grace period is over. */
export class ErasureBegun extends Conflict {
  override readonly name = 'ErasureBegun';
  constructor() {
    super('erasure_begun', 'The erasure has begun, and cannot be cancelled or held any more.');
  }
}

/** A person owns an account that has other members. */
export class TransferFirst extends Conflict {
  override readonly name = 'TransferFirst';
  constructor(accountId: string) {
    super('transfer_ownership_first', `You own the account ${accountId}: make another member its owner first.`);
  }
}

/** A person owns an account that has no other member. */
export class EraseAccountFirst extends Conflict {
  override readonly name = 'EraseAccountFirst';
  constructor(accountId: string) {
    super('erase_account_first', `You own the account ${accountId}: request its erasure first.`);
  }
}

/** Nobody has to decide about the erasure. */
export class ErasureNotStopped extends Conflict {
  override readonly name = 'ErasureNotStopped';
  constructor() {
    super('erasure_not_stopped', 'The erasure does not wait for a decision.');
  }
}

/** The decision does not remove the reason for which an erasure has stopped. */
export class NotResolvable extends Conflict {
  override readonly name = 'NotResolvable';
  constructor(reason: string) {
    super(
      'not_resolvable',
      `The erasure has stopped because of ${reason}, which this decision does not end: settle it, and decide to retry.`,
    );
  }
}
