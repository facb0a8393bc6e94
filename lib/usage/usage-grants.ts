import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../shared/table';
import { grantItems } from '../shared/table-grant';

/** The power over usage records. Nothing updates or deletes one: it ends by time. */
export class UsageGrants {
  readonly #usage: ClassifiedTable;

  constructor(usage: ClassifiedTable) {
    this.#usage = usage;
  }

  /** Puts a record, in the transaction that ends a hold. */
  record(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:ConditionCheckItem']);
  }

  read(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:GetItem', 'dynamodb:Query']);
  }
}
