import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../shared/table';
import { grantItems } from '../shared/table-grant';

/** The power over usage records. No verb deletes one: it ends by time. */
export class UsageGrants {
  readonly #usage: ClassifiedTable;

  constructor(usage: ClassifiedTable) {
    this.#usage = usage;
  }

  /** Puts a record, in the transaction that ends a hold or adjusts for one that had expired. */
  record(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:PutItem']);
  }

  /** Reads the record of a request whose id is known. */
  find(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:GetItem']);
  }

  /** Reads and lists an account's records. */
  read(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:GetItem', 'dynamodb:Query']);
  }
}
