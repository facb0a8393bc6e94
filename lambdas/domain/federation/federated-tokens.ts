/** The verified content of an outside issuer's token. */
export interface FederatedClaims {
  readonly subject: string;
  /** The token's own id (`jti`); undefined if the issuer gives none. */
  readonly tokenId: string | undefined;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** The claims whose values are strings, by name. */
  readonly texts: ReadonlyMap<string, string>;
}

/** Verifies the tokens of outside issuers. */
export interface FederatedTokens {
  /**
   * @returns undefined for text that is not a valid token of this issuer for this audience. Also while the issuer's
   * keys cannot be fetched, or when the account is already waiting for too many slow issuers
   */
  verify(
    token: string,
    expected: { readonly accountId: string; readonly issuer: string; readonly audience: string },
  ): Promise<FederatedClaims | undefined>;
}
