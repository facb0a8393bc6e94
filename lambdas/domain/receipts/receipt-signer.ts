/** Signs seals. The private key never leaves it. */
export interface ReceiptSigner {
  /** @returns the SubjectPublicKeyInfo of a P-256 key, in DER */
  publicKey(): Promise<Uint8Array>;
  /** @returns the ECDSA signature of the bytes with SHA-256, in DER */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}
