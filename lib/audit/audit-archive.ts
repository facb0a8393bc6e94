import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  CfnBucket,
  ObjectLockRetention,
  ObjectOwnership,
} from 'aws-cdk-lib/aws-s3';
import { Construct, type IConstruct } from 'constructs';
import { acknowledge, inEveryStandard } from '../compliance/acknowledgements';
import { classify } from '../compliance/data-class';

export interface AuditArchiveProps {
  /** How long each event is locked. */
  readonly days: number;
  readonly encryptionKey: IKey;
}

/**
 * Where audit events are kept beyond their time in the table, each in an object that nobody can change or delete
 * before its time: Object Lock in compliance mode. It holds pseudonyms only, because nothing could be taken out.
 */
export class AuditArchive extends Construct {
  readonly bucket: Bucket;
  readonly encryptionKey: IKey;

  constructor(scope: Construct, id: string, { days, encryptionKey }: AuditArchiveProps) {
    super(scope, id);
    this.encryptionKey = encryptionKey;
    this.bucket = new Bucket(this, 'Events', {
      encryption: BucketEncryption.KMS,
      encryptionKey,
      bucketKeyEnabled: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(days)),
      lifecycleRules: [
        {
          // The lock ends first: what is still locked is not deleted by this either.
          expiration: Duration.days(days + 1),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
      removalPolicy: RemovalPolicy.RETAIN,
    });
    // Spelt out, as the console's files: CDK's own property would add a function with rights on any bucket.
    const { defaultChild } = this.bucket.node;
    if (!(defaultChild instanceof CfnBucket)) throw new Error('A bucket is made of a CfnBucket.');
    defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
    classify(this.bucket, { dataClass: 'audit', retention: `each event ${days} days - locked` });
    acknowledge(
      this.bucket,
      {
        decision: 'no-second-record-of-requests',
        rules: ['AwsSolutions-S1', ...inEveryStandard('S3BucketLoggingEnabled'), 'CT.S3.PR.2'],
        control: 'One function puts objects and nothing of the deployment reads them.',
        consequence: 'No access log: who of the account reads the archive is for its CloudTrail to tell.',
        test: 'the archive locks every event, and one function may put them and nothing else',
      },
      {
        decision: 'one-region',
        rules: inEveryStandard('S3BucketReplicationEnabled'),
        control: 'S3 keeps each object in several zones of the region, and nobody can delete one.',
        consequence: 'No replica: a second region would carry data to another jurisdiction.',
        test: 'the archive locks every event, and one function may put them and nothing else',
      },
    );
  }
}

/** The power over the archive. No verb reads, deletes or unlocks. */
export class AuditArchiveGrants {
  readonly #archive: AuditArchive;

  constructor(archive: AuditArchive) {
    this.#archive = archive;
  }

  /** Puts an event that is not there yet. */
  keep(grantee: IGrantable & IConstruct): Grant {
    const { bucket, encryptionKey } = this.#archive;
    const stack = Stack.of(bucket);
    // Exported by hand, so that its name is known here and the finding below can be called by it.
    const bucketArn = stack.exportValue(bucket.bucketArn);
    const { 'Fn::ImportValue': exported } = stack.resolve(bucketArn) as { readonly 'Fn::ImportValue': string };
    acknowledge(grantee, {
      decision: 'objects-by-pattern',
      rules: [`AwsSolutions-IAM5[Resource::${exported}/*]`],
      control: 'The pattern is the objects of one bucket, the action is to put, and what is there is locked.',
      consequence: 'The function that keeps events could fill the bucket with others.',
      test: 'the archive locks every event, and one function may put them and nothing else',
    });
    return Grant.addToPrincipal({ grantee, actions: ['s3:PutObject'], resourceArns: [`${bucketArn}/*`] }).combine(
      Grant.addToPrincipal({
        grantee,
        actions: ['kms:GenerateDataKey', 'kms:Decrypt'],
        resourceArns: [encryptionKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `s3.${stack.region}.amazonaws.com` } },
      }),
    );
  }
}
