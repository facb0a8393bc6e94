import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';
import { grantItems, type TableAction } from '../constructs/table-grant';

/** An account with its members and invitations, a person with their memberships. */
const ACCOUNTS = ['acc_*'];
const PEOPLE = ['per_*'];
/** The user pool's ids of people. */
const SUBJECTS = ['subject#*'];
const DIRECTORY = ['accounts#*'];
const OPERATORS = ['operators'];
/** Where the deployment's own audit chain ends; an account's is beside the account. */
const DEPLOYMENT = ['deployment'];
const MANAGED = [...ACCOUNTS, ...PEOPLE, ...OPERATORS];
/** What requests answered, for their repeats. */
const ANSWERS = ['idempotency#*'];
/** Tokens that were exchanged, so that none is again. */
const EXCHANGED = ['exchanged#*'];

/** The power over accounts and people. */
export class AccountGrants {
  readonly #accounts: ClassifiedTable;

  constructor(accounts: ClassifiedTable) {
    this.#accounts = accounts;
  }

  /** Moves the end of an account's audit chain on, for an action of the deployment's own. */
  extendAudit(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#accounts, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ACCOUNTS);
  }

  /** Everything that people do with accounts; what each may do is decided by our own table of roles. */
  administer(grantee: IGrantable): Grant {
    const allow = (actions: readonly TableAction[], partitions: readonly string[]): Grant =>
      grantItems(grantee, this.#accounts, actions, partitions);
    return allow(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:ConditionCheckItem'], MANAGED)
      .combine(allow(['dynamodb:PutItem', 'dynamodb:DeleteItem'], [...MANAGED, ...ANSWERS]))
      .combine(allow(['dynamodb:UpdateItem'], [...ACCOUNTS, ...PEOPLE, ...DEPLOYMENT]))
      .combine(allow(['dynamodb:GetItem'], [...SUBJECTS, ...DEPLOYMENT]))
      .combine(allow(['dynamodb:PutItem'], [...SUBJECTS, ...DIRECTORY, ...EXCHANGED]))
      .combine(allow(['dynamodb:Query'], DIRECTORY));
  }
}
