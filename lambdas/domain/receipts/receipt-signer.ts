/** Signs what the sealer made. Only its public half ever leaves it. */
export interface ReceiptSigner {
  /** Of a key on P-256: its SubjectPublicKeyInfo in DER. */
  publicKey(): Promise<Uint8Array>;
  /** ECDSA with SHA-256 over the bytes, in DER. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}
