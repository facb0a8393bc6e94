import { Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';
import { acknowledge, renderedByNag } from '../compliance/acknowledgements';

/** Grants on the archive. No verb reads, deletes or unlocks an event. */
export class AuditArchiveGrants {
  readonly #bucketName: string;
  readonly #encryptionKey: IKey;

  constructor(bucketName: string, encryptionKey: IKey) {
    this.#bucketName = bucketName;
    this.#encryptionKey = encryptionKey;
  }

  /** Puts an event that is not in the archive yet. */
  keep(grantee: IGrantable & IConstruct): Grant {
    const stack = Stack.of(grantee);
    const objects = `arn:${stack.partition}:s3:::${this.#bucketName}/*`;
    acknowledge(grantee, {
      decision: 'objects-by-pattern',
      rules: [`AwsSolutions-IAM5[Resource::${renderedByNag(stack, objects)}]`],
      control:
        'The pattern covers the objects of one bucket, the only action is to put, and existing events are locked.',
      consequence: 'The function that archives events could fill the bucket with other objects.',
      test: 'the archive locks every event, and one function may put events and do nothing else',
    });
    return Grant.addToPrincipal({ grantee, actions: ['s3:PutObject'], resourceArns: [objects] }).combine(
      Grant.addToPrincipal({
        grantee,
        actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
        resourceArns: [this.#encryptionKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `s3.${stack.region}.amazonaws.com` } },
      }),
    );
  }
}
