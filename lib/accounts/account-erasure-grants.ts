import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';
import { grantItems, type TableAction } from '../constructs/table-grant';

/** Partitions of accounts and of people, which also have their erasures and legal holds. */
const ACCOUNTS = ['acc_*'];
const PEOPLE = ['per_*'];
const OWNERS = [...ACCOUNTS, ...PEOPLE];
const AUTO_TOP_UPS = ['auto-top-ups'];
const CHARGING_TOP_UPS = ['charging-top-ups'];
/** Lists and indexes with accounts and people. */
const LISTS = [
  ...AUTO_TOP_UPS,
  ...CHARGING_TOP_UPS,
  'low-balances',
  'customer-updates',
  'operators',
  'running-exports',
  'support-threads#*',
  'child-reports',
];
const INDEXES = ['subject#*', 'suppressed#*', 'restriction#*'];
const DIRECTORY = ['accounts#*'];
/** Holds the end of the deployment's audit chain; an account's is in the account's partition. */
const DEPLOYMENT = ['deployment'];
const RUNNING_ERASURES = ['running-erasures'];
const CERTIFICATES = ['certificate#*'];
/** Marks of users who were deleted, by a hash of their ID. */
const ERASED_USERS = ['erased-subject#*'];

/** Grants on accounts and people for erasures. Only the step that erases may delete what an account or a person has. */
export class AccountErasureGrants {
  readonly #accounts: ClassifiedTable;

  constructor(accounts: ClassifiedTable) {
    this.#accounts = accounts;
  }

  /** Lists an erasure that begins or is cancelled, and reads certificates. The erasure itself is with its owner. */
  request(grantee: IGrantable): Grant {
    return this.#allow(grantee, ['dynamodb:PutItem', 'dynamodb:DeleteItem'], RUNNING_ERASURES).combine(
      this.#allow(grantee, ['dynamodb:GetItem'], CERTIFICATES),
    );
  }

  /** Makes sure that a person who signs in for the first time is none whose user was deleted. */
  recognise(grantee: IGrantable): Grant {
    return this.#allow(grantee, ['dynamodb:ConditionCheckItem'], ERASED_USERS);
  }

  /** Finds the erasures that are not over. */
  list(grantee: IGrantable): Grant {
    return this.#allow(grantee, ['dynamodb:Query'], RUNNING_ERASURES).combine(
      this.#allow(grantee, ['dynamodb:GetItem'], OWNERS),
    );
  }

  /** Reads an erasure, and notes how far it is. Each step does. */
  note(grantee: IGrantable): Grant {
    return this.#allow(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], OWNERS);
  }

  /** Begins an erasure unless there is a legal hold, and appends to the audit chain of its account or of the deployment. */
  begin(grantee: IGrantable): Grant {
    return this.note(grantee)
      .combine(this.#allow(grantee, ['dynamodb:ConditionCheckItem'], OWNERS))
      .combine(this.#allow(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], DEPLOYMENT));
  }

  /** Suspends an account with its webhooks and its automatic top-up, and finds the IDs that later steps need. */
  freeze(grantee: IGrantable): Grant {
    // A charge that is running stays on its list.
    return this.look(grantee)
      .combine(this.#allow(grantee, ['dynamodb:DeleteItem'], [...AUTO_TOP_UPS, ...CHARGING_TOP_UPS]))
      .combine(this.#allow(grantee, ['dynamodb:PutItem'], CHARGING_TOP_UPS));
  }

  /** Does what `note` does, and looks through the partitions of accounts and people. */
  look(grantee: IGrantable): Grant {
    return this.lookAtAccounts(grantee).combine(this.#allow(grantee, ['dynamodb:Query'], PEOPLE));
  }

  /** Does what `note` does, and finds the members of an account. */
  lookAtAccounts(grantee: IGrantable): Grant {
    return this.note(grantee).combine(this.#allow(grantee, ['dynamodb:Query'], ACCOUNTS));
  }

  /** Does what `note` does, and finds the memberships of a person. */
  lookAtPeople(grantee: IGrantable): Grant {
    return this.note(grantee).combine(this.#allow(grantee, ['dynamodb:Query'], PEOPLE));
  }

  /** Ends a person's memberships and passes their trusts on, unless there is a legal hold. */
  endMemberships(grantee: IGrantable): Grant {
    return this.note(grantee)
      .combine(this.#allow(grantee, ['dynamodb:Query'], OWNERS))
      .combine(this.#allow(grantee, ['dynamodb:ConditionCheckItem'], OWNERS))
      .combine(this.#allow(grantee, ['dynamodb:DeleteItem'], OWNERS));
  }

  /** Marks a user who is about to be deleted. */
  mark(grantee: IGrantable): Grant {
    return this.note(grantee).combine(this.#allow(grantee, ['dynamodb:PutItem'], ERASED_USERS));
  }

  /** Deletes what an account or a person has, and reduces the account's entry in the directory to its ID. */
  erase(grantee: IGrantable): Grant {
    return this.findRemains(grantee)
      .combine(this.#allow(grantee, ['dynamodb:DeleteItem'], [...OWNERS, ...LISTS, ...INDEXES]))
      .combine(this.#allow(grantee, ['dynamodb:UpdateItem'], DIRECTORY));
  }

  /** Looks for what is left. */
  findRemains(grantee: IGrantable): Grant {
    const partitions = [...OWNERS, ...LISTS, ...INDEXES, ...DIRECTORY];
    return this.note(grantee).combine(this.#allow(grantee, ['dynamodb:Query'], partitions));
  }

  /** Closes an erasure with a certificate, and appends to the audit chain of the deployment. */
  certify(grantee: IGrantable): Grant {
    return this.#allow(grantee, ['dynamodb:GetItem'], OWNERS)
      .combine(this.#allow(grantee, ['dynamodb:DeleteItem'], [...OWNERS, ...RUNNING_ERASURES]))
      .combine(this.#allow(grantee, ['dynamodb:PutItem'], CERTIFICATES))
      .combine(this.#allow(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], DEPLOYMENT));
  }

  #allow(grantee: IGrantable, actions: readonly TableAction[], partitions: readonly string[]): Grant {
    return grantItems(grantee, this.#accounts, actions, partitions);
  }
}
