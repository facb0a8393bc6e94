import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { AUDIT } from '../../lambdas/contracts/storage/tables';
import { ClassifiedTable, type StoreProps } from '../constructs/classified-table';
import { AuditGrants } from './audit-grants';

/**
 * The audit log. Its own policy denies every principal to change or delete an event. Only an administrator of the AWS
 * account can remove that policy, and CloudTrail records it. Batches are denied entirely because they may contain
 * deletes. Events still expire, because DynamoDB's own deletion acts as no principal.
 *
 * A policy cannot tell a put that replaces an event from a first put. The condition of the write refuses it, and the
 * hash chain reveals it.
 */
export class AuditTable extends ClassifiedTable {
  readonly grants = new AuditGrants(this);

  constructor(scope: Construct, id: string, props: StoreProps) {
    super(scope, id, { ...props, spec: AUDIT, retention: 'each record 90 days' });
    this.table.addToResourcePolicy(
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
        // In a table's own policy `*` means that table, whose name is not known before it exists.
        resources: ['*'],
      }),
    );
  }
}
