import { Conflict, Missing, Refusal, TooMany } from '../errors/refusal';

export class AccountSuspended extends Conflict {
  override readonly name = 'AccountSuspended';
  constructor() {
    super('account_suspended', 'The account is suspended.');
  }
}

/** Nothing new begins in an account that is being erased, and nothing resumes it. */
export class AccountBeingErased extends Conflict {
  override readonly name = 'AccountBeingErased';
  constructor() {
    super('account_being_erased', 'The account is being erased.');
  }
}

export class AlreadyMember extends Conflict {
  override readonly name = 'AlreadyMember';
  constructor() {
    super('already_member', 'The person is already a member of the account.');
  }
}

/** A later release made the invitation, for a role that this release cannot grant. */
export class RoleUnknown extends Conflict {
  override readonly name = 'RoleUnknown';
  constructor() {
    super('role_unknown', 'The role of the invitation is not known here: ask for a new invitation.');
  }
}

export class OwnerIsFixed extends Conflict {
  override readonly name = 'OwnerIsFixed';
  constructor() {
    super('owner_is_fixed', 'An account has exactly one owner: transfer the account first.');
  }
}

export class OwnerExists extends Conflict {
  override readonly name = 'OwnerExists';
  constructor() {
    super('owner_exists', 'The account already has an owner.');
  }
}

export class MemberNotFound extends Missing {
  override readonly name = 'MemberNotFound';
  constructor() {
    super('member');
  }
}

/** The invitation is unknown, accepted, withdrawn or expired, or its token is wrong. All get the same response. */
export class InvitationNotFound extends Missing {
  override readonly name = 'InvitationNotFound';
  constructor() {
    super('invitation');
  }
}

/** The token is right, but the person has not proved the address that the invitation was sent to. */
export class InvitationForAnother extends Refusal {
  override readonly name = 'InvitationForAnother';
  override readonly status = 403;
  override readonly code = 'invitation_for_another';
  constructor() {
    super('The invitation is for another email address: sign in with the address that it was sent to.');
  }
}

export class TooManyAccounts extends TooMany {
  override readonly name = 'TooManyAccounts';
  /** Whether the limit of one person or of the whole deployment is reached. */
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
