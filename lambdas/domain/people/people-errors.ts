import { Conflict, Missing, Refusal } from '../errors/refusal';

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

export class AttestationRequired extends Refusal {
  override readonly name = 'AttestationRequired';
  override readonly status = 403;
  override readonly code = 'attestation_required';
  constructor() {
    super('Attest that you are 18 or older before you create a key.');
  }
}

/** Nobody can make a person the owner of an account who is being erased. */
export class PersonBeingErased extends Conflict {
  override readonly name = 'PersonBeingErased';
  constructor() {
    super('person_being_erased', 'The person is being erased: choose another one.');
  }
}

/** The caller is being erased, and can do nothing any more. */
export class BeingErased extends Refusal {
  override readonly name = 'BeingErased';
  override readonly status = 403;
  override readonly code = 'being_erased';
  constructor() {
    super('You are being erased, as you have asked.');
  }
}
