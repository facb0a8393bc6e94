import { Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { acknowledge } from '../compliance/acknowledgements';

/** Grants on the archive. No verb reads, deletes or unlocks an event. */
export class AuditArchiveGrants {
  readonly #bucket: IBucket;
  readonly #encryptionKey: IKey;

  constructor(bucket: IBucket, encryptionKey: IKey) {
    this.#bucket = bucket;
    this.#encryptionKey = encryptionKey;
  }

  /** Puts an event that is not in the archive yet. */
  keep(grantee: IGrantable & IConstruct): Grant {
    const stack = Stack.of(this.#bucket);
    // The explicit export makes the name known here; the acknowledged finding contains it.
    const bucketArn = stack.exportValue(this.#bucket.bucketArn);
    const { 'Fn::ImportValue': exported } = stack.resolve(bucketArn) as { readonly 'Fn::ImportValue': string };
    acknowledge(grantee, {
      decision: 'objects-by-pattern',
      rules: [`AwsSolutions-IAM5[Resource::${exported}/*]`],
      control:
        'The pattern covers the objects of one bucket, the only action is to put, and existing events are locked.',
      consequence: 'The function that archives events could fill the bucket with other objects.',
      test: 'the archive locks every event, and one function may put events and do nothing else',
    });
    return Grant.addToPrincipal({ grantee, actions: ['s3:PutObject'], resourceArns: [`${bucketArn}/*`] }).combine(
      Grant.addToPrincipal({
        grantee,
        actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
        resourceArns: [this.#encryptionKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `s3.${stack.region}.amazonaws.com` } },
      }),
    );
  }
}
