import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { ReceiptSigner } from '../../domain/receipts/receipt-signer';

const CURVE = 'prime256v1';

/** Signs with a private key at hand: for a run on one machine, without a key service. */
export class KeySigner implements ReceiptSigner {
  readonly #key: KeyObject;

  /** @throws Error on what is no private key on P-256 */
  constructor(pem: string) {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyDetails?.namedCurve !== CURVE) throw new Error('the signing key is not on P-256');
    this.#key = key;
  }

  /** A new private key as PEM: whoever reads it can sign. */
  static makeKey(): string {
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
