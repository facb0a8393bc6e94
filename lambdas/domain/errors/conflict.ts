import { Refusal } from './refusal';

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
