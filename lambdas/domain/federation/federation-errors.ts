import { Missing, Refusal } from '../errors/refusal';

export class TrustNotFound extends Missing {
  override readonly name = 'TrustNotFound';
  constructor() {
    super('trust');
  }
}

/** Everything that can be wrong with an issuer's token or its trust gets the same response. */
export class TokenRefused extends Refusal {
  override readonly name = 'TokenRefused';
  override readonly status = 401;
  override readonly code = 'token_refused';
  constructor() {
    super('The token was refused. Its issuer, audience, subject, claims and age must match the trust.');
  }
}
