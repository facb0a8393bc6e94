import { CfnOutput, Duration, Fn, Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Bucket, BucketEncryption, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, inEveryStandard } from '../compliance/acknowledgements';
import { classify } from '../compliance/data-class';
import { publishEvents } from '../constructs/bucket-events';
import { PRIVATE_BUCKET } from '../constructs/private-bucket';
import { AuditArchiveGrants } from './audit-archive-grants';

export interface AuditArchiveProps {
  /** How long each event is locked, in days. */
  readonly days: number;
  readonly encryptionKey: IKey;
}

/** The output with the bucket's name; docs/deploy.md promises it. */
const OUTPUT = 'AuditArchiveBucket';

/**
 * Keeps audit events longer than their table does, each in an object that cannot be changed or deleted before its time:
 * Object Lock in compliance mode. It holds only pseudonyms, because nothing can be erased from it.
 */
export class AuditArchive extends Construct {
  readonly bucket: Bucket;
  /**
   * The bucket's name for another stack, which reads it from this stack's outputs while it is deployed. An export would
   * have to stay for as long as the other stack imports it, so the archive could never be switched off.
   */
  readonly bucketName: string;
  readonly grants: AuditArchiveGrants;

  constructor(scope: Construct, id: string, { days, encryptionKey }: AuditArchiveProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Events', {
      ...PRIVATE_BUCKET,
      encryption: BucketEncryption.KMS,
      encryptionKey,
      bucketKeyEnabled: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(days)),
      lifecycleRules: [
        {
          // The lock ends a day earlier; a lifecycle rule does not delete a locked object either.
          expiration: Duration.days(days + 1),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    publishEvents(this.bucket);
    classify(this.bucket, { dataClass: 'audit', retention: `each event ${days} days - locked` });
    acknowledge(
      this.bucket,
      {
        decision: 'no-second-record-of-requests',
        rules: ['AwsSolutions-S1', ...inEveryStandard('S3BucketLoggingEnabled'), 'CT.S3.PR.2'],
        control: 'One function puts objects, and nothing in the deployment reads them.',
        consequence: "There is no access log; the AWS account's CloudTrail shows who reads the archive.",
        test: 'the archive locks every event, and one function may put events and do nothing else',
      },
      {
        decision: 'one-region',
        rules: inEveryStandard('S3BucketReplicationEnabled'),
        control: 'S3 stores each object in several zones of the region, and no principal can delete a locked one.',
        consequence: 'There is no replica, because a second region would carry data into another jurisdiction.',
        test: 'the archive locks every event, and one function may put events and do nothing else',
      },
    );
    const stack = Stack.of(this);
    new CfnOutput(stack, OUTPUT, { value: this.bucket.bucketName });
    this.bucketName = Fn.getStackOutput(stack.stackName, OUTPUT);
    this.grants = new AuditArchiveGrants(this.bucketName, encryptionKey);
  }
}
