import { Missing } from '../../errors/refusal';

export class RestrictionNotFound extends Missing {
  override readonly name = 'RestrictionNotFound';
  constructor() {
    super('restriction');
  }
}
