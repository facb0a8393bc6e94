import { Missing, Refusal } from '../errors/refusal';

/** The account does not exist, or the person has nothing to do with it: both get the same answer. */
export class AccountNotFound extends Missing {
  override readonly name = 'AccountNotFound';
  constructor() {
    super('account');
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

/** A password alone does not let an operator act. */
export class MfaRequired extends Refusal {
  override readonly name = 'MfaRequired';
  override readonly status = 403;
  override readonly code = 'mfa_required';
  constructor() {
    super('Add an authenticator app to your user before you act as an operator.');
  }
}
