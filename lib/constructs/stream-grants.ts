import { Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { ClassifiedTable } from './classified-table';
import { grantTableKey } from './table-grant';

/** Lets Lambda, in the function's name, read the changes of a table. The function itself is only handed them. */
export function readChanges(grantee: IGrantable, store: ClassifiedTable): Grant {
  const { tableStreamArn } = store.table;
  if (tableStreamArn === undefined) throw new Error('the table publishes no changes');
  const read = Grant.addToPrincipal({
    grantee,
    actions: [
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      // It is the one stream that is listed: Lambda makes no mapping without this.
      'dynamodb:ListStreams',
    ],
    resourceArns: [tableStreamArn],
  });
  return store.encryptionKey ? read.combine(grantTableKey(grantee, store)) : read;
}

/** Lets Lambda, in the function's name, tell of what it gave up. */
export function publishFailures(grantee: IGrantable, topic: ITopic): Grant {
  const told = Grant.addToPrincipal({ grantee, actions: ['sns:Publish'], resourceArns: [topic.topicArn] });
  const { masterKey } = topic;
  if (masterKey === undefined) return told;
  return told.combine(
    Grant.addToPrincipal({
      grantee,
      actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
      resourceArns: [masterKey.keyArn],
      // Only through SNS: the function itself can decrypt nothing with the key.
      conditions: { StringEquals: { 'kms:ViaService': `sns.${Stack.of(topic).region}.amazonaws.com` } },
    }),
  );
}
