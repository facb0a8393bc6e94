import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, CfnBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, inEveryStandard } from '../compliance/acknowledgements';
import { classify } from '../compliance/data-class';

/** Where the console's built files lie. Private: only the distribution reads them. */
export class ConsoleSite extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Files', {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      // A release that breaks the console can be taken back for a while.
      versioned: true,
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // Whoever watches EventBridge sees a file that no release has put. Spelt out: the bucket's own property
    // would add a function of CDK's, with rights to set the notifications of any bucket.
    const { defaultChild } = this.bucket.node;
    if (!(defaultChild instanceof CfnBucket)) throw new Error('A bucket is made of a CfnBucket.');
    defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    classify(this.bucket, { dataClass: 'public', retention: 'until the next release + 30 days' });
    acknowledge(
      this.bucket,
      {
        decision: 'no-second-record-of-requests',
        rules: ['AwsSolutions-S1', ...inEveryStandard('S3BucketLoggingEnabled'), 'CT.S3.PR.2'],
        control: 'The files are public and the distribution is their only reader.',
        consequence: 'No access log: it would show when a visitor came, and nothing else.',
        test: "the console's files are private, encrypted and reached over TLS only",
      },
      {
        decision: 'console-is-rebuilt',
        rules: [
          ...inEveryStandard('S3BucketReplicationEnabled'),
          ...inEveryStandard('S3DefaultEncryptionKMS'),
          'CT.S3.PR.9',
          'CT.S3.PR.10',
        ],
        control: 'The bucket holds what a release builds from this repository again, versioned and encrypted by S3.',
        consequence:
          'No replica, no lock against deletion, no key of our own: a lost file is put again by a deployment.',
        test: "the console's files are private, encrypted and reached over TLS only",
      },
    );
  }
}
