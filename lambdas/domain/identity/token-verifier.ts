/** A signed-in user as the user pool identifies them. It grants nothing: roles are our own records. */
export interface Identity {
  /** The pool's id of the person: stable, and meaningless outside the pool. */
  readonly subject: string;
  /** The client of the pool that the token was issued to. */
  readonly clientId: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
  /** When the person signed in, in epoch milliseconds. A refreshed token has the same. */
  readonly signedInAt: number;
}

export interface TokenVerifier {
  /**
   * Returns the user of an access token. Resolves to undefined for anything else: an ID token, a token for another
   * client or from another pool, an expired or a forged one.
   *
   * @throws ServiceUnavailable when the pool's keys cannot be fetched
   */
  verify(token: string): Promise<Identity | undefined>;
}
