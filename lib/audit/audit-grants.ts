import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';
import { grantItems } from '../constructs/table-grant';

const ACCOUNT_CHAINS = ['acc_*'];
const DEPLOYMENT_CHAIN = ['deployment'];
const CHAINS = [...ACCOUNT_CHAINS, ...DEPLOYMENT_CHAIN];

/** Grants on the audit log. No verb changes or deletes an event, and the table's own policy denies both. */
export class AuditGrants {
  readonly #audit: ClassifiedTable;

  constructor(audit: ClassifiedTable) {
    this.#audit = audit;
  }

  /** Puts the event of an action in the action's transaction, and checks later whether that was committed. */
  record(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#audit, ['dynamodb:PutItem', 'dynamodb:GetItem'], CHAINS);
  }

  /** Does what `record` does, but only in the chains of accounts. */
  recordForAccounts(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#audit, ['dynamodb:PutItem', 'dynamodb:GetItem'], ACCOUNT_CHAINS);
  }

  /** Does what `record` does, but only in the chain of the deployment. */
  recordForDeployment(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#audit, ['dynamodb:PutItem', 'dynamodb:GetItem'], DEPLOYMENT_CHAIN);
  }

  /** Reads the chains of accounts. */
  readForAccounts(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#audit, ['dynamodb:Query'], ACCOUNT_CHAINS);
  }

  /** Reads a chain. */
  read(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#audit, ['dynamodb:Query'], CHAINS);
  }
}
