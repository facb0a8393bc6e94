import { Conflict, Missing } from '../errors/refusal';

export class PolicyNotFound extends Missing {
  override readonly name = 'PolicyNotFound';
  constructor() {
    super('policy');
  }
}

/** A text that people were told about and accepted must not become another one. */
export class PolicyExists extends Conflict {
  override readonly name = 'PolicyExists';
  constructor() {
    super('policy_exists', 'This version was published before: publish the change under another version.');
  }
}
