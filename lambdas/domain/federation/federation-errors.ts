import { Missing, Refusal } from '../errors/refusal';

export class TrustNotFound extends Missing {
  override readonly name = 'TrustNotFound';
  constructor() {
    super('trust');
  }
}

/** One answer for everything that can be wrong with an issuer's token, its trust included. */
export class TokenRefused extends Refusal {
  override readonly name = 'TokenRefused';
  override readonly status = 401;
  override readonly code = 'token_refused';
  constructor() {
    super('The token was refused. Its issuer, audience, subject, claims and age must match the trust.');
  }
}
