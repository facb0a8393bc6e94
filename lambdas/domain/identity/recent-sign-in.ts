import { MINUTE_MS } from '../clock';
import { Refusal } from '../errors/refusal';

/** A person who wants to see a secret or to erase something has signed in within this time. */
const SIGN_IN_MS_MAX = 5 * MINUTE_MS;

/** The caller signed in too long ago. */
export class SignInAgain extends Refusal {
  override readonly name = 'SignInAgain';
  override readonly status = 403;
  override readonly code = 'sign_in_again';
  constructor() {
    super('Sign in again, and repeat the request within five minutes.');
  }
}

/** @param signedInAt epoch milliseconds. @throws SignInAgain */
export function expectRecentSignIn(signedInAt: number, now: number): void {
  if (now - signedInAt > SIGN_IN_MS_MAX) throw new SignInAgain();
}
