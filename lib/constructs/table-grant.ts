import { Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { KEY_ACTIONS } from './key-actions';
import type { ClassifiedTable } from './classified-table';

/** The actions that a grant on a table may contain. Scan is missing on purpose: no code looks anything up with it. */
export type TableAction =
  | 'dynamodb:GetItem'
  | 'dynamodb:Query'
  | 'dynamodb:PutItem'
  | 'dynamodb:UpdateItem'
  | 'dynamodb:DeleteItem'
  | 'dynamodb:ConditionCheckItem';

/**
 * Grants actions on the items of a table whose partition keys match.
 *
 * A policy can be narrowed by partition key, never by sort key. Where a partition holds several kinds of item, a
 * balance and its entries for one, the code enforces the narrower rule, and tests cover its conditions.
 *
 * @param partitions patterns of partition keys, such as `acc_*`
 */
export function grantItems(
  grantee: IGrantable,
  store: ClassifiedTable,
  actions: readonly TableAction[],
  partitions: readonly string[],
): Grant {
  const grant = Grant.addToPrincipal({
    grantee,
    actions: [...actions],
    resourceArns: [store.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...partitions] } },
  });
  return store.encryptionKey ? grant.combine(grantTableKey(grantee, store)) : grant;
}

/** Grants use of the table's key through DynamoDB only: the function itself cannot decrypt anything with it. */
export function grantTableKey(grantee: IGrantable, { encryptionKey, table }: ClassifiedTable): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: [...KEY_ACTIONS],
    resourceArns: encryptionKey ? [encryptionKey.keyArn] : [],
    conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(table).region}.amazonaws.com` } },
  });
}
