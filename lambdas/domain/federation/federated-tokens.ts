/** What a token of an outside issuer says, once it is known to be the issuer's. */
export interface FederatedClaims {
  readonly subject: string;
  /** The token's own id; absent where the issuer gives none. */
  readonly tokenId: string | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** The claims that are texts, by name. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Finds out whether a token is an issuer's. */
export interface FederatedTokens {
  /**
   * Resolves to nothing for any text that is no valid token of this issuer for this audience, and also while the
   * issuer's keys cannot be had, or not without waiting for one more slow issuer of the account.
   */
  verify(
    token: string,
    expected: { readonly accountId: string; readonly issuer: string; readonly audience: string },
  ): Promise<FederatedClaims | undefined>;
}
