import { RemovalPolicy } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { grantsForServicesOnly } from '../constructs/encryption-key';

/** Grants on the key that signs receipts. */
export class ReceiptKeyGrants {
  readonly #key: Key;

  constructor(key: Key) {
    this.#key = key;
  }

  /** Signs, and reads the public key. */
  sign(grantee: IGrantable): Grant {
    const resourceArns = [this.#key.keyArn];
    return Grant.addToPrincipal({
      grantee,
      resourceArns,
      actions: ['kms:Sign'],
      conditions: { StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } },
    }).combine(Grant.addToPrincipal({ grantee, resourceArns, actions: ['kms:GetPublicKey'] }));
  }
}

/**
 * Signs receipts. The private key never leaves KMS. It does not rotate, because KMS does not rotate asymmetric
 * keys; to replace it, deploy a new one. Receipts that the old key signed stay verifiable by its published public key.
 */
export class ReceiptKey extends Construct {
  readonly key: Key;
  readonly grants: ReceiptKeyGrants;

  constructor(scope: Construct, id: string, { stage }: { readonly stage: string }) {
    super(scope, id);
    this.key = new Key(this, 'Key', {
      alias: `alias/tollgate-${stage}-receipts`,
      description: `Tollgate ${stage}: signs receipts`,
      keySpec: KeySpec.ECC_NIST_P256,
      keyUsage: KeyUsage.SIGN_VERIFY,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.key.addToResourcePolicy(grantsForServicesOnly());
    this.grants = new ReceiptKeyGrants(this.key);
  }
}
