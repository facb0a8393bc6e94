import { Conflict, Missing, TooMany } from '../errors/refusal';

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
