import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { ReceiptSigner } from '../../domain/receipts/receipt-signer';

const CURVE = 'prime256v1';

/** Signs with a private key in memory. It is for a single machine without a key management service. */
export class KeySigner implements ReceiptSigner {
  readonly #key: KeyObject;

  /** @throws Error when the PEM is not a private key on P-256 */
  constructor(pem: string) {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve !== CURVE) throw new Error('the signing key is not on P-256');
    this.#key = key;
  }

  /** @returns a new private key as PEM; anyone who can read it can sign receipts */
  static generateKey(): string {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: CURVE });
    return privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  }

  async publicKey(): Promise<Uint8Array> {
    return createPublicKey(this.#key).export({ format: 'der', type: 'spki' });
  }

  async sign(bytes: Uint8Array): Promise<Uint8Array> {
    return sign('sha256', bytes, this.#key);
  }
}
