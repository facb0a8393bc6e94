import { Stack } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { KEY_ACTIONS } from './key-actions';
import type { ClassifiedTable } from './classified-table';

/** The actions that any grant on a table is made of. There is no Scan: nothing is found by one. */
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
 * A policy can be narrowed by partition key, never by sort key: where a partition holds several kinds of
 * item (a balance and its entries), the narrower rule is the code's, and its conditions are tested.
 *
 * @param partitions patterns of partition keys, `acc_*` for one; `undefined` for every item
 */
export function grantItems(
  grantee: IGrantable,
  store: ClassifiedTable,
  actions: readonly TableAction[],
  partitions?: readonly string[],
): Grant {
  const grant = Grant.addToPrincipal({
    grantee,
    actions: [...actions],
    resourceArns: [store.table.tableArn],
    ...(partitions && { conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [...partitions] } } }),
  });
  return store.encryptionKey ? grant.combine(grantTableKey(grantee, store)) : grant;
}

/** Only through DynamoDB: the function itself can decrypt nothing with the key. */
export function grantTableKey(grantee: IGrantable, { encryptionKey, table }: ClassifiedTable): Grant {
  return Grant.addToPrincipal({
    grantee,
    actions: [...KEY_ACTIONS],
    resourceArns: encryptionKey ? [encryptionKey.keyArn] : [],
    conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Stack.of(table).region}.amazonaws.com` } },
  });
}
