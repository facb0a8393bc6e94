import type { Construct } from 'constructs';
import { USAGE_RECORDS_PREFIX } from '../../lambdas/contracts/storage/table-keys/usage';
import { USAGE } from '../../lambdas/contracts/storage/tables';
import { ClassifiedTable, type StoreProps } from '../constructs/classified-table';
import { UsageGrants } from './usage-grants';

export interface UsageTableProps extends StoreProps {
  /** How long a usage record is kept, in days. */
  readonly usageDays: number;
}

/** Usage records, and the receipts made from them. */
export class UsageTable extends ClassifiedTable {
  readonly grants = new UsageGrants(this);

  constructor(scope: Construct, id: string, props: UsageTableProps) {
    super(scope, id, { ...props, spec: USAGE, retention: `each record ${props.usageDays} days` });
  }
}

const OF_RECORDS = { dynamodb: { Keys: { pk: { S: [{ prefix: USAGE_RECORDS_PREFIX }] } } } };

/**
 * The changes of the table that a finished request makes. The pattern leaves out items that expired, and the items
 * that receipts and cancellations add.
 */
export const FINISHED_REQUESTS = { eventName: ['INSERT', 'MODIFY'], ...OF_RECORDS };

/** The removals of usage records that DynamoDB makes because they have expired. */
export const EXPIRED_RECORDS = {
  eventName: ['REMOVE'],
  userIdentity: { principalId: ['dynamodb.amazonaws.com'] },
  ...OF_RECORDS,
};
