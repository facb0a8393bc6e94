import { CfnOutput, Duration, Fn, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, inEveryStandard } from '../compliance/acknowledgements';
import { classify } from '../compliance/data-class';
import { publishEvents } from '../constructs/bucket-events';
import { PRIVATE_BUCKET } from '../constructs/private-bucket';

const [NAME_OUTPUT, DOMAIN_OUTPUT] = ['ConsoleBucket', 'ConsoleBucketDomain'];

/**
 * Stores the console's built files. The bucket is private: only CloudFront reads it. It belongs to the stateful stack,
 * so that it survives the edge, and no deployment of an edge creates another one.
 */
export class ConsoleSite extends Construct {
  readonly bucket: Bucket;
  /**
   * The bucket's host name for another stack, which reads it from this stack's outputs while it is deployed. The edge may
   * be in another region, and a release that lacks this bucket can still replace this one.
   */
  readonly domain: string;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Files', {
      ...PRIVATE_BUCKET,
      encryption: BucketEncryption.S3_MANAGED,
      lifecycleRules: [
        // A release that breaks the console can be reverted for 30 days.
        { noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
    });
    this.#admitCloudFront();
    const stack = Stack.of(this);
    new CfnOutput(stack, NAME_OUTPUT, { value: this.bucket.bucketName });
    new CfnOutput(stack, DOMAIN_OUTPUT, { value: this.bucket.bucketRegionalDomainName });
    this.domain = Fn.getStackOutput(stack.stackName, DOMAIN_OUTPUT, stack.region);
    // The events reveal a file that was not put by a release.
    publishEvents(this.bucket);
    classify(this.bucket, { dataClass: 'public', retention: 'until the next release + 30 days' });
    acknowledge(
      this.bucket,
      {
        decision: 'no-second-record-of-requests',
        rules: ['AwsSolutions-S1', ...inEveryStandard('S3BucketLoggingEnabled'), 'CT.S3.PR.2'],
        control: 'The files are public, and only the distribution reads them.',
        consequence: 'There is no access log; it would show when a visitor came and nothing else.',
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
        control: 'A release can rebuild every file from this repository; the bucket is versioned and encrypted by S3.',
        consequence: 'There is no replica, no deletion lock and no key of our own: a deployment puts a lost file back.',
        test: "the console's files are private, encrypted and reached over TLS only",
      },
    );
  }

  /**
   * Lets the distributions of this AWS account read the files. The policy cannot name the one distribution, because its
   * stack depends on this one.
   */
  #admitCloudFront(): void {
    const { account, partition } = Stack.of(this);
    this.bucket.addToResourcePolicy(
      new PolicyStatement({
        sid: 'DistributionsOfThisAccount',
        principals: [new ServicePrincipal('cloudfront.amazonaws.com')],
        actions: ['s3:GetObject'],
        resources: [this.bucket.arnForObjects('*')],
        conditions: { ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudfront::${account}:distribution/*` } },
      }),
    );
  }
}
