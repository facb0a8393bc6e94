import { RemovalPolicy } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { grantsForServicesOnly } from '../constructs/encryption-key';

/**
 * Signs receipts; its private half never leaves KMS. It does not rotate, as no key for signing does: a new one is a
 * new key, and what the old one signed stays verifiable by its published half.
 */
export class ReceiptKey extends Construct {
  readonly key: Key;

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
  }
}

/** The power over the key of receipts. */
export class ReceiptKeyGrants {
  readonly #key: Key;

  constructor({ key }: ReceiptKey) {
    this.#key = key;
  }

  /** Signs, and reads the half that verifies. */
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
