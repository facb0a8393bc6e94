import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { grantItems } from '../constructs/table-grant';
import type { ClassifiedTable } from '../constructs/classified-table';

const ACCOUNTS = ['acc_*'];
const CHAINS = [...ACCOUNTS, 'deployment'];

/** The power over the audit log. No verb changes or deletes an event, and the table's own policy denies it to all. */
export class AuditGrants {
  readonly #audit: ClassifiedTable;

  constructor(audit: ClassifiedTable) {
    this.#audit = audit;
  }

  /** Puts the event of an action, in the action's own transaction, and finds out whether that was committed. */
  record(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#audit, ['dynamodb:PutItem', 'dynamodb:GetItem'], CHAINS);
  }

  /** The same in the chains of accounts only. */
  recordOfAccounts(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#audit, ['dynamodb:PutItem', 'dynamodb:GetItem'], ACCOUNTS);
  }

  /** Reads a chain. */
  read(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#audit, ['dynamodb:Query'], CHAINS);
  }
}
