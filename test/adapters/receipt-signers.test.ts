import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { GetPublicKeyCommand, type KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { KeySigner } from '../../lambdas/adapters/receipts/key-signer';
import { KmsSigner } from '../../lambdas/adapters/receipts/kms-signer';
import type { ReceiptSigner } from '../../lambdas/domain/receipts/receipt-signer';

const KEY_ARN = 'arn:aws:kms:us-east-1:111122223333:key/a';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** A fake KMS that signs with a local key and rejects requests that KMS would reject. */
class FakeKms {
  readonly commands: unknown[] = [];

  readonly send = async (command: unknown): Promise<object> => {
    this.commands.push(command);
    if (command instanceof GetPublicKeyCommand) return { PublicKey: publicKey.export({ format: 'der', type: 'spki' }) };
    if (!(command instanceof SignCommand)) throw new Error('no such operation');
    const { Message: digest = Buffer.alloc(0), ...rest } = command.input;
    expect(rest).toEqual({ KeyId: KEY_ARN, MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' });
    expect(digest).toHaveLength(createHash('sha256').digest().length);
    // Node cannot sign a digest, so this signs the message that the digest must belong to.
    expect(Buffer.from(digest)).toEqual(createHash('sha256').update(MESSAGE).digest());
    return { Signature: sign('sha256', MESSAGE, privateKey) };
  };

  get client(): Pick<KMSClient, 'send'> {
    return this;
  }
}

const MESSAGE = Buffer.from('a seal');
const SIGNERS: readonly (readonly [name: string, signer: ReceiptSigner])[] = [
  ['a local key', new KeySigner(KeySigner.generateKey())],
  ['KMS', new KmsSigner({ client: new FakeKms().client, keyArn: KEY_ARN })],
];

test.each(SIGNERS)('a signature by %s verifies with its public key', async (_name, signer) => {
  const key = createPublicKey({ key: Buffer.from(await signer.publicKey()), format: 'der', type: 'spki' });
  const signature = await signer.sign(MESSAGE);
  expect(verify('sha256', MESSAGE, key, signature)).toBe(true);
  expect(verify('sha256', Buffer.from('another seal'), key, signature)).toBe(false);
});

test('KMS receives only a digest of the signed bytes', async () => {
  const kms = new FakeKms();
  await new KmsSigner({ client: kms.client, keyArn: KEY_ARN }).sign(MESSAGE);
  expect(JSON.stringify(kms.commands)).not.toContain('a seal');
});

test('an empty response from KMS is an error', async () => {
  const client = { send: async () => ({}) } as unknown as Pick<KMSClient, 'send'>;
  const signer = new KmsSigner({ client, keyArn: KEY_ARN });
  await expect(signer.sign(MESSAGE)).rejects.toThrow('KMS returned no signature');
  await expect(signer.publicKey()).rejects.toThrow('KMS returned no public key');
});

test('a key on another curve is rejected', () => {
  const other = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
  const pem = other.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  expect(() => new KeySigner(pem)).toThrow('the signing key is not on P-256');
});
