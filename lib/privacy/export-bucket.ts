import { Duration, Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import { Construct } from 'constructs';
import { acknowledge, inEveryStandard, renderedByNag } from '../compliance/acknowledgements';
import { classify } from '../compliance/data-class';
import { publishEvents } from '../constructs/bucket-events';
import { PRIVATE_BUCKET } from '../constructs/private-bucket';

/** An export can be downloaded for seven days. S3 removes objects once a day, and then the versions that this leaves. */
const FILE_DAYS = 8;

/** Keeps the encrypted archives of exports for a week. */
export class ExportBucket extends Construct {
  readonly bucket: Bucket;
  readonly #encryptionKey: IKey;

  constructor(scope: Construct, id: string, { encryptionKey }: { readonly encryptionKey: IKey }) {
    super(scope, id);
    this.#encryptionKey = encryptionKey;
    this.bucket = new Bucket(this, 'Files', {
      ...PRIVATE_BUCKET,
      encryption: BucketEncryption.KMS,
      encryptionKey,
      bucketKeyEnabled: true,
      lifecycleRules: [
        {
          expiration: Duration.days(FILE_DAYS),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    publishEvents(this.bucket);
    classify(this.bucket, { dataClass: 'personal', retention: `each file ${FILE_DAYS} days + 1 day` });
    acknowledge(
      this.bucket,
      {
        decision: 'no-second-record-of-requests',
        rules: ['AwsSolutions-S1', ...inEveryStandard('S3BucketLoggingEnabled'), 'CT.S3.PR.2'],
        control:
          'The audit log shows who requested an export and who saw its passphrase; a file is useless without it.',
        consequence:
          'There is no access log, which would keep the addresses of people; CloudTrail can record downloads.',
        test: 'the bucket of exports is private, encrypted, and empty after a week',
      },
      {
        decision: 'one-region',
        rules: inEveryStandard('S3BucketReplicationEnabled'),
        control: 'S3 stores each object in several zones of the region, and a lost export can be requested again.',
        consequence: 'There is no replica, because a second region would carry data into another jurisdiction.',
        test: 'the bucket of exports is private, encrypted, and empty after a week',
      },
      {
        decision: 'personal-data-is-not-locked',
        rules: ['CT.S3.PR.9'],
        control: 'Files are written once, by one function, under names that are never used twice.',
        consequence: 'A file can be deleted before its time: erasure requires that.',
        test: 'the bucket of exports is private, encrypted, and empty after a week',
      },
    );
  }

  /** Uploads files part by part, gives an upload up, and removes a file that another run has overtaken. */
  grantWrite(grantee: IGrantable & IConstruct): Grant {
    return this.#grant(
      grantee,
      ['s3:PutObject', 's3:AbortMultipartUpload', 's3:DeleteObject'],
      ['kms:GenerateDataKey', 'kms:Decrypt'],
    );
  }

  /** Signs links with which a person downloads a file. */
  grantRead(grantee: IGrantable & IConstruct): Grant {
    return this.#grant(grantee, ['s3:GetObject'], ['kms:Decrypt']);
  }

  /** Deletes every version of the files of an owner. It can read none. */
  grantErase(grantee: IGrantable & IConstruct): Grant {
    const objects = this.#objectsFor(grantee);
    return this.grantFind(grantee).combine(
      Grant.addToPrincipal({ grantee, actions: ['s3:DeleteObjectVersion'], resourceArns: [objects] }),
    );
  }

  /** Looks for files of an owner, by their names. */
  grantFind(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['s3:ListBucketVersions'],
      resourceArns: [this.bucket.bucketArn],
    });
  }

  #grant(grantee: IGrantable & IConstruct, actions: readonly string[], keyActions: readonly string[]): Grant {
    const stack = Stack.of(this);
    const objects = this.#objectsFor(grantee);
    return Grant.addToPrincipal({ grantee, actions: [...actions], resourceArns: [objects] }).combine(
      Grant.addToPrincipal({
        grantee,
        actions: [...keyActions],
        resourceArns: [this.#encryptionKey.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `s3.${stack.region}.amazonaws.com` } },
      }),
    );
  }

  /** The ARN of all objects, with the reason why the grantee's policy may have it. */
  #objectsFor(grantee: IConstruct): string {
    const objects = this.bucket.arnForObjects('*');
    acknowledge(grantee, {
      decision: 'objects-by-pattern',
      rules: [`AwsSolutions-IAM5[Resource::${renderedByNag(Stack.of(this), objects)}]`],
      control: 'The pattern covers the objects of one bucket, which has nothing but exports.',
      consequence: 'The function could use the file of another account; the code decides by the ID of the owner.',
      test: 'only one function writes exports, only the management API reads them, and only an erasure deletes them',
    });
    return objects;
  }
}
