import { Refusal } from './refusal';

/** More were made in a short time than people make. */
class TooMany extends Refusal {
  override readonly status = 429;
  readonly code: string;
  constructor(what: 'accounts' | 'invitations' | 'keys', retryAfterSeconds: number) {
    super(`Too many ${what} were made in a short time: wait before the next.`, { retryAfterSeconds });
    this.code = `too_many_${what}`;
  }
}

export class TooManyAccounts extends TooMany {
  override readonly name = 'TooManyAccounts';
  /** Who made them: the one person, or all people of the deployment. */
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

export class TooManyKeys extends TooMany {
  override readonly name = 'TooManyKeys';
  constructor(retryAfterSeconds: number) {
    super('keys', retryAfterSeconds);
  }
}
