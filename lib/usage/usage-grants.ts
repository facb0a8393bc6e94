import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';
import { readChanges } from '../constructs/stream-grants';
import { grantItems, type TableAction } from '../constructs/table-grant';

/** An account's usage records, in partitions named after its ID and a shard. */
const RECORDS = ['acc_*'];
/** Requests to cancel a running request. */
const CANCELLATIONS = ['cancel#*'];
/** Which request each Idempotency-Key was last used for. */
const IDEMPOTENCY_CLAIMS = ['idempotency#*'];
/** Leaves of receipts that are in no tree yet. */
const OPEN_LEAVES = ['leaves#*'];
/** An account's receipts, one tree per minute. */
const TREES = ['trees#*'];
/** Where to find receipts that were sealed late. */
const LATE_RECEIPTS = ['late#*'];
const SEALS = ['seals'];
/** The public keys that verify seals. */
const RECEIPT_KEYS = ['receipt-keys'];
/** IDs of changes that a reader of the stream could not process. */
const PARKED = ['parked#*'];
/** Everything that ends with an account. */
const OF_ACCOUNTS = [...RECORDS, ...TREES, ...LATE_RECEIPTS, ...CANCELLATIONS, ...PARKED];

/** Grants on usage records and their receipts. Both expire, and only erasure deletes them before. */
export class UsageGrants {
  readonly #usage: ClassifiedTable;

  constructor(usage: ClassifiedTable) {
    this.#usage = usage;
  }

  /** Puts a record in the transaction that ends a hold, or that adjusts the balance for an expired one. */
  record(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:PutItem'], RECORDS);
  }

  /** Lists the records of an account. */
  listRecords(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:Query'], RECORDS);
  }

  /** Reads the record of one request by its ID. */
  find(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:GetItem'], RECORDS);
  }

  /** Asks a running request to stop, lets that request see it, and counts how often an account does so. */
  cancel(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'] as const;
    return grantItems(grantee, this.#usage, actions, CANCELLATIONS);
  }

  /** Claims an Idempotency-Key for a request, and frees it when the request was refused. */
  claimKeys(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'] as const;
    return grantItems(grantee, this.#usage, actions, IDEMPOTENCY_CLAIMS);
  }

  /** Receives the changes of records and opens a leaf for each, or parks the ID of a change at fault. */
  openLeaves(grantee: IGrantable): Grant {
    return readChanges(grantee, this.#usage).combine(
      grantItems(grantee, this.#usage, ['dynamodb:PutItem'], [...OPEN_LEAVES, ...PARKED]),
    );
  }

  /** Receives the changes of records, or parks the ID of a change at fault. */
  followRecords(grantee: IGrantable): Grant {
    return readChanges(grantee, this.#usage).combine(grantItems(grantee, this.#usage, ['dynamodb:PutItem'], PARKED));
  }

  /** Builds trees from open leaves and signs them. It may delete open leaves, because they are in a tree by then. */
  seal(grantee: IGrantable): Grant {
    const allow = (actions: readonly TableAction[], partitions: readonly string[]): Grant =>
      grantItems(grantee, this.#usage, actions, partitions);
    return allow(['dynamodb:Query', 'dynamodb:DeleteItem'], OPEN_LEAVES)
      .combine(allow(['dynamodb:Query', 'dynamodb:PutItem'], TREES))
      .combine(allow(['dynamodb:GetItem', 'dynamodb:PutItem'], SEALS))
      .combine(allow(['dynamodb:PutItem'], [...LATE_RECEIPTS, ...RECEIPT_KEYS]));
  }

  /** Finds the receipt of a request. */
  findReceipts(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:GetItem'], [...TREES, ...SEALS]).combine(
      grantItems(grantee, this.#usage, ['dynamodb:Query'], [...TREES, ...LATE_RECEIPTS]),
    );
  }

  /** Reads an account's receipts, the seals that prove them and the public keys. */
  readReceipts(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:GetItem'], [...TREES, ...SEALS]).combine(
      grantItems(grantee, this.#usage, ['dynamodb:Query'], [...TREES, ...LATE_RECEIPTS, ...RECEIPT_KEYS]),
    );
  }

  /** Deletes the records and receipts of an account. */
  erase(grantee: IGrantable): Grant {
    return this.findRemains(grantee).combine(grantItems(grantee, this.#usage, ['dynamodb:DeleteItem'], OF_ACCOUNTS));
  }

  /** Looks for what is left of an account. */
  findRemains(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:Query'], OF_ACCOUNTS);
  }

  /** Publishes the public key that verifies a signature. */
  publishKeys(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:PutItem'], RECEIPT_KEYS);
  }

  /** Reads all records and receipts of an account, and its spend by the hour. */
  exportData(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:Query'], [...RECORDS, ...TREES]);
  }
}
