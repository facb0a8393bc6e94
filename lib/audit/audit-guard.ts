import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';

/**
 * Denies every principal to change or delete an audit record, until somebody who may removes this policy: the
 * account's administrators, of which CloudTrail tells. Batches are denied
 * whole, because one may carry deletes. DynamoDB's own expiry is no principal and goes on.
 *
 * A put over an existing record cannot be told from a first one by a policy: the writer's condition refuses
 * it, and the hash chain shows it.
 */
export function denyChangesOf(audit: ClassifiedTable): void {
  audit.table.addToResourcePolicy(
    new PolicyStatement({
      sid: 'NobodyChangesTheRecord',
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: [
        'dynamodb:UpdateItem',
        'dynamodb:DeleteItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:PartiQLUpdate',
        'dynamodb:PartiQLDelete',
      ],
      // In a table's own policy this is the table, and no name has to be known before it exists.
      resources: ['*'],
    }),
  );
}
