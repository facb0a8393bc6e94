import { Conflict, Missing, Refusal, TooMany } from '../errors/refusal';

export class KeyNotFound extends Missing {
  override readonly name = 'KeyNotFound';
  constructor() {
    super('key');
  }
}

export class KeyNotLive extends Conflict {
  override readonly name = 'KeyNotLive';
  constructor() {
    super('key_not_live', 'The key was revoked, has expired, or was already replaced.');
  }
}

/** A suspended key cannot be rotated, because its successor would not be suspended. */
export class KeySuspended extends Conflict {
  override readonly name = 'KeySuspended';
  constructor() {
    super('key_suspended', 'The key is suspended: an owner or admin of its account must resume it first.');
  }
}

/** A role's key cannot be rotated, because it has no secret. */
export class KeyHasNoSecret extends Conflict {
  override readonly name = 'KeyHasNoSecret';
  constructor() {
    super(
      'key_has_no_secret',
      'The key is for an IAM role and has no secret to replace: create another role key instead.',
    );
  }
}

export class TooManyKeys extends TooMany {
  override readonly name = 'TooManyKeys';
  constructor(retryAfterSeconds: number) {
    super('keys', retryAfterSeconds);
  }
}

/** A command creates a key in an account that has members, and does not say which of them pays. */
export class PayerRequired extends Refusal {
  override readonly name = 'PayerRequired';
  override readonly status = 422;
  override readonly code = 'payer_required';
  /** @param members such as `per_… (owner)` */
  constructor(members: readonly string[]) {
    super(`Name the member whom the key’s requests count for. The members are ${members.join(', ')}.`);
  }
}

/** Only a member of the account can be the payer of its keys. */
export class PayerNotMember extends Conflict {
  override readonly name = 'PayerNotMember';
  constructor() {
    super('payer_not_member', 'The payer is not a member of the account: name one of its members.');
  }
}

/** Labels decide which budgets a key counts in, so those that have a budget are changed by the people who set budgets. */
export class LabelsBudgeted extends Refusal {
  override readonly name = 'LabelsBudgeted';
  override readonly status = 403;
  override readonly code = 'labels_budgeted';
  constructor(names: readonly string[]) {
    const which =
      names.length > 0 ? `the label ${names.join(', ')}, which has a budget` : 'labels that may have budgets';
    super(`Your role does not allow you to change ${which}: ask an owner or admin.`);
  }
}

/** A budget names a person who is not a member, or two budgets are for the same keys. */
export class BudgetInvalid extends Conflict {
  override readonly name = 'BudgetInvalid';
  constructor(message: string) {
    super('budget_invalid', message);
  }
}
