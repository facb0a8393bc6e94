import { RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../shared/acknowledgements';
import { classify } from '../shared/data-class';

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
      removalPolicy: RemovalPolicy.RETAIN,
    });
    classify(this.bucket, { dataClass: 'public', retention: 'until the next release' });
    acknowledge(this.bucket, {
      id: 'AwsSolutions-S1',
      control: 'The files are public and the distribution is their only reader.',
      consequence: 'No access log: it would hold addresses of visitors and show nothing else.',
    });
  }
}
