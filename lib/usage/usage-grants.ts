import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';
import { readChanges } from '../constructs/stream-grants';
import { grantItems, type TableAction } from '../constructs/table-grant';

/** An account's records are in partitions of its id and a shard; wishes to cancel are in partitions of their own. */
const RECORDS = ['acc_*'];
const CANCELLATIONS = ['cancel#*'];
/** Of receipts: what waits to be sealed, an account's trees, where its late receipts are, the seals, the public keys. */
const OPEN_LEAVES = ['leaves#*'];
const TREES = ['trees#*'];
const LATE_RECEIPTS = ['late#*'];
const SEALS = ['seals'];
const RECEIPT_KEYS = ['receipt-keys'];
/** What keys spent by the hour. */
const SPEND = ['spend#*'];

/** The power over usage records and their receipts. No verb deletes one: they end by time. */
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

  /** Is handed the changes of records, and opens leaves for them. */
  openLeaves(grantee: IGrantable): Grant {
    return readChanges(grantee, this.#usage).combine(
      grantItems(grantee, this.#usage, ['dynamodb:PutItem'], OPEN_LEAVES),
    );
  }

  /** Is handed the changes of records, adds up what keys spent, and compares an hour with those before. */
  watchSpend(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'] as const;
    return readChanges(grantee, this.#usage).combine(grantItems(grantee, this.#usage, actions, SPEND));
  }

  /** Puts open leaves into trees, signs, and removes them. The only verb that deletes: leaves that are in a tree. */
  seal(grantee: IGrantable): Grant {
    const allow = (actions: readonly TableAction[], partitions: readonly string[]): Grant =>
      grantItems(grantee, this.#usage, actions, partitions);
    return allow(['dynamodb:Query', 'dynamodb:DeleteItem'], OPEN_LEAVES)
      .combine(allow(['dynamodb:Query', 'dynamodb:PutItem'], TREES))
      .combine(allow(['dynamodb:GetItem', 'dynamodb:PutItem'], SEALS))
      .combine(allow(['dynamodb:PutItem'], [...LATE_RECEIPTS, ...RECEIPT_KEYS]));
  }

  /** Reads an account's receipts with what proves them, and the public keys. */
  readReceipts(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#usage, ['dynamodb:GetItem'], [...TREES, ...SEALS]).combine(
      grantItems(grantee, this.#usage, ['dynamodb:Query'], [...TREES, ...LATE_RECEIPTS, ...RECEIPT_KEYS]),
    );
  }
}
