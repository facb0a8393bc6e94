import { Refusal } from './refusal';

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
