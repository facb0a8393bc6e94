import { Conflict, Missing, TooMany } from '../errors/refusal';

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

export class MemberNotFound extends Missing {
  override readonly name = 'MemberNotFound';
  constructor() {
    super('member');
  }
}

/** The invitation is unknown, accepted, withdrawn or expired, or its token is wrong: all get the same answer. */
export class InvitationNotFound extends Missing {
  override readonly name = 'InvitationNotFound';
  constructor() {
    super('invitation');
  }
}

export class TooManyAccounts extends TooMany {
  override readonly name = 'TooManyAccounts';
  /** Whose limit is reached: that of the one person, or that of the whole deployment. */
  readonly madeBy: 'person' | 'deployment';
  constructor(madeBy: TooManyAccounts['madeBy'], retryAfterSeconds: number) {
    super('accounts', retryAfterSeconds);
    this.madeBy = madeBy;
  }
}

export class TooManyInvitations extends TooMany {
  override readonly name = 'TooManyInvitations';
  constructor(retryAfterSeconds: number) {
    super('invitations', retryAfterSeconds);
  }
}
