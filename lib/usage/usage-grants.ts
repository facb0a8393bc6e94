import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../shared/table';
import { grantItems } from '../shared/table-grant';

/** An account's records are in partitions of its id and a shard; wishes to cancel are in partitions of their own. */
const RECORDS = ['acc_*'];
const CANCELLATIONS = ['cancel#*'];

/** The power over usage records. No verb deletes one: it ends by time. */
export class UsageGrants {
  readonly #usage: ClassifiedTable;

  constructor(usage: ClassifiedTable) {
    this.#usage = usage;
  }

  /** Puts a record, in the transaction that ends a hold or adjusts for one that had expired. */
  record(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:PutItem'], RECORDS);
  }

  /** Reads the record of a request whose id is known. */
  find(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:GetItem'], RECORDS);
  }

  /** Reads and lists an account's records. */
  read(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:GetItem', 'dynamodb:Query'], RECORDS);
  }

  /** Leaves the wish to end a running request, and lets that request look for it. */
  cancel(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:GetItem', 'dynamodb:PutItem'], CANCELLATIONS);
  }
}
