/** Who signed in, as the user pool says it. It says nothing of what they may do: roles are our own records. */
export interface Identity {
  /** The pool's id of the person: stable, and meaningless outside the pool. */
  readonly subject: string;
  /** Which of the pool's clients the token was made for. */
  readonly clientId: string;
  /** Epoch milliseconds. */
  readonly issuedAt: number;
}

export interface TokenVerifier {
  /**
   * Whom an access token speaks for. Resolves to nothing for any other text: an id token, one for another client or from
   * another pool, an expired or forged one.
   *
   * @throws ServiceUnavailable when it cannot be told, because there are no keys to tell it by
   */
  verify(token: string): Promise<Identity | undefined>;
}
