import { Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { ClassifiedTable } from './classified-table';
import { grantTableKey } from './table-grant';

/**
 * Lets Lambda read the changes of a table with the role of the function that receives them.
 *
 * @throws when the table has no stream
 */
export function readChanges(grantee: IGrantable, store: ClassifiedTable): Grant {
  const { streamArn } = store;
  if (streamArn === undefined) throw new Error(`${store.node.path} has no stream.`);
  const read = Grant.addToPrincipal({
    grantee,
    actions: [
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      // Lambda refuses to create the mapping without it; the resource is this one stream.
      'dynamodb:ListStreams',
    ],
    resourceArns: [streamArn],
  });
  return store.encryptionKey ? read.combine(grantTableKey(grantee, store)) : read;
}

/** Lets Lambda publish, with the role of the function, what it gave up. */
export function publishFailures(grantee: IGrantable, topic: ITopic): Grant {
  const publish = Grant.addToPrincipal({ grantee, actions: ['sns:Publish'], resourceArns: [topic.topicArn] });
  const { masterKey } = topic;
  if (masterKey === undefined) return publish;
  return publish.combine(
    Grant.addToPrincipal({
      grantee,
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resourceArns: [masterKey.keyArn],
      // The key works through SNS only: the function itself cannot decrypt anything with it.
      conditions: { StringEquals: { 'kms:ViaService': `sns.${Stack.of(topic).region}.amazonaws.com` } },
    }),
  );
}
