import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';

/**
 * Publishes the changes of a bucket to EventBridge. It sets the resource's property because the bucket's own
 * `eventBridgeEnabled` would add a function of CDK's that may set the notifications of any bucket.
 */
export function publishEvents({ node: { defaultChild, path } }: Bucket): void {
  if (!(defaultChild instanceof CfnBucket)) throw new Error(`${path} has no CfnBucket as its default child.`);
  defaultChild.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };
}
