import { createHash } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { ReceiptSigner } from '../../domain/receipts/receipt-signer';

export interface KmsSignerOptions {
  readonly client: Pick<KMSClient, 'send'>;
  /** A KMS key with the usage SIGN_VERIFY and the spec ECC_NIST_P256. */
  readonly keyArn: string;
}

/** Signs with a key that never leaves KMS. */
export class KmsSigner implements ReceiptSigner {
  readonly #options: KmsSignerOptions;

  constructor(options: KmsSignerOptions) {
    this.#options = options;
  }

  async publicKey(): Promise<Uint8Array> {
    const { client, keyArn: KeyId } = this.#options;
    const { PublicKey: publicKey } = await client.send(new GetPublicKeyCommand({ KeyId }));
    if (publicKey === undefined) throw new Error('KMS returned no public key');
    return publicKey;
  }

  async sign(bytes: Uint8Array): Promise<Uint8Array> {
    const { client, keyArn: KeyId } = this.#options;
    const { Signature: signature } = await client.send(
      new SignCommand({
        KeyId,
        Message: createHash('sha256').update(bytes).digest(),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'ECDSA_SHA_256',
      }),
    );
    if (signature === undefined) throw new Error('KMS returned no signature');
    return signature;
  }
}
