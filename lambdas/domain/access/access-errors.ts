import { Missing, Refusal } from '../errors/refusal';

/** The account does not exist, or the person has no access to it. Both get the same response. */
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

/** An operator has signed in without a second factor. */
export class MfaRequired extends Refusal {
  override readonly name = 'MfaRequired';
  override readonly status = 403;
  override readonly code = 'mfa_required';
  constructor() {
    super('Add an authenticator app to your user before you act as an operator.');
  }
}
