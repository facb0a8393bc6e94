import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';
import { grantItems, type TableAction } from '../constructs/table-grant';

/** Partitions with an account, its members and its invitations. */
const ACCOUNTS = ['acc_*'];
/** Partitions with a person and their memberships. */
const PEOPLE = ['per_*'];
/** Index from the user pool's ID of a user to the person. */
const SUBJECTS = ['subject#*'];
const DIRECTORY = ['accounts#*'];
const OPERATORS = ['operators'];
/** Holds the end of the deployment's audit chain; an account's is in the account's partition. */
const DEPLOYMENT = ['deployment'];
const MANAGED = [...ACCOUNTS, ...PEOPLE, ...OPERATORS];
/** Stored responses, returned when a request is repeated with its Idempotency-Key. */
const ANSWERS = ['idempotency#*'];
/** Tokens that were exchanged for a key, so that each works only once. */
const EXCHANGED = ['exchanged#*'];
/** The accounts that buy credit automatically, and those that are being charged. */
const AUTO_TOP_UPS = ['auto-top-ups', 'charging-top-ups'];
/** The accounts whose new billing details the payment processor does not know yet. */
const CUSTOMER_UPDATES = ['customer-updates'];
/** Where jobs that go through a list stopped. */
const JOB_CURSORS = ['job-cursors'];
/** The accounts whose people are told when their balance is low. */
const LOW_BALANCES = ['low-balances'];
/** The payment processor's events that were received. */
const PAYMENT_EVENTS = ['payment-event#*'];

/** The versions of the terms, of the privacy policy and of notices of a transfer. */
const POLICIES = ['policies'];

/** Hashes of addresses that get no mail. */
const SUPPRESSED = ['suppressed#*'];

/** Whether the processing of an account's or a person's data is restricted. */
const RESTRICTIONS = ['restriction#*'];

/** Everybody's threads with the operators, by state. */
const SUPPORT_THREADS = ['support-threads#*'];

/** People who were reported to be children. */
const CHILD_REPORTS = ['child-reports'];

/** The exports that are running. */
const RUNNING_EXPORTS = ['running-exports'];

/** Grants on accounts and people. */
export class AccountGrants {
  readonly #accounts: ClassifiedTable;

  constructor(accounts: ClassifiedTable) {
    this.#accounts = accounts;
  }

  /** Appends to an account's audit chain, for an action of the deployment itself. */
  extendAudit(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#accounts, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ACCOUNTS);
  }

  /** Finds the people whom a message is for, what they want to get, and addresses that get no mail. */
  readRecipients(grantee: IGrantable): Grant {
    const partitions = [...ACCOUNTS, ...PEOPLE, ...SUPPRESSED, ...RESTRICTIONS];
    return grantItems(grantee, this.#accounts, ['dynamodb:GetItem'], partitions).combine(
      grantItems(grantee, this.#accounts, ['dynamodb:Query'], ACCOUNTS),
    );
  }

  /** Reads whether the data of an account or a person may be processed. */
  findRestrictions(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#accounts, ['dynamodb:GetItem'], RESTRICTIONS);
  }

  /** Reads, sets and lifts restrictions. */
  restrict(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'] as const;
    return grantItems(grantee, this.#accounts, actions, RESTRICTIONS);
  }

  /** Lists the IDs of all accounts. */
  list(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#accounts, ['dynamodb:Query'], DIRECTORY);
  }

  /** Finds the webhooks of an account, and notes whether they accept events; see `extendAudit`. */
  deliverToWebhooks(grantee: IGrantable): Grant {
    return this.extendAudit(grantee).combine(grantItems(grantee, this.#accounts, ['dynamodb:Query'], ACCOUNTS));
  }

  /** Finds versions of policies and the members of all accounts, and notes who was told. */
  announcePolicies(grantee: IGrantable): Grant {
    const grant = grantItems(grantee, this.#accounts, ['dynamodb:Query'], [...POLICIES, ...DIRECTORY, ...ACCOUNTS]);
    return grant
      .combine(grantItems(grantee, this.#accounts, ['dynamodb:GetItem'], PEOPLE))
      .combine(grantItems(grantee, this.#accounts, ['dynamodb:UpdateItem'], [...POLICIES, ...PEOPLE]));
  }

  /** Suppresses an address, by its hash. */
  suppress(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#accounts, ['dynamodb:PutItem'], SUPPRESSED);
  }

  /** Looks whether an account is low, and notes that its people were told. */
  tellWhenLow(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#accounts, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ACCOUNTS).combine(
      this.findRestrictions(grantee),
    );
  }

  /** Finds the accounts with a threshold, and notes where it stopped; see `tellWhenLow`. */
  findLow(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'] as const;
    return this.tellWhenLow(grantee)
      .combine(grantItems(grantee, this.#accounts, ['dynamodb:Query'], LOW_BALANCES))
      .combine(grantItems(grantee, this.#accounts, actions, JOB_CURSORS));
  }

  /** Lists an account that has a threshold. The threshold is with the account. */
  setLowBalances(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#accounts, ['dynamodb:PutItem', 'dynamodb:DeleteItem'], LOW_BALANCES);
  }

  /** Notes the invoices and the states of subscriptions that people were told about. */
  noteBilling(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#accounts, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ACCOUNTS);
  }

  /** Notes the payment processor's events. */
  receivePaymentEvents(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#accounts, ['dynamodb:PutItem'], PAYMENT_EVENTS);
  }

  /** Charges an account that runs low, if it wants that: reads Stripe's ID of it and its settings, and counts the charge. */
  topUp(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#accounts, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ACCOUNTS).combine(
      grantItems(grantee, this.#accounts, ['dynamodb:PutItem', 'dynamodb:DeleteItem'], AUTO_TOP_UPS),
    );
  }

  /** Finds the accounts whose charge was interrupted, or that run low and were not noticed. */
  completeTopUps(grantee: IGrantable): Grant {
    return this.topUp(grantee).combine(grantItems(grantee, this.#accounts, ['dynamodb:Query'], AUTO_TOP_UPS));
  }

  /** Lists an account whose billing details change, and tells the payment processor. The details are with the account. */
  updateCustomers(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'] as const;
    return grantItems(grantee, this.#accounts, actions, CUSTOMER_UPDATES);
  }

  /** Tells the payment processor what it could not be told before. */
  completeCustomerUpdates(grantee: IGrantable): Grant {
    const actions = ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:DeleteItem'] as const;
    return grantItems(grantee, this.#accounts, actions, CUSTOMER_UPDATES);
  }

  /** Lists an account whose automatic top-up is turned on. Its settings are with the account. */
  setTopUps(grantee: IGrantable): Grant {
    const actions = ['dynamodb:PutItem', 'dynamodb:DeleteItem'] as const;
    return grantItems(grantee, this.#accounts, actions, AUTO_TOP_UPS);
  }

  /** Reads everything about an account or a person, and notes the files of an export beside them. */
  exportData(grantee: IGrantable): Grant {
    const owners = [...ACCOUNTS, ...PEOPLE];
    return grantItems(grantee, this.#accounts, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], owners).combine(
      grantItems(
        grantee,
        this.#accounts,
        ['dynamodb:Query'],
        [...owners, ...OPERATORS, ...RESTRICTIONS, ...CHILD_REPORTS],
      ),
    );
  }

  /** Makes an export available, ends its run, and appends to the audit chain of its account or of the deployment. */
  deliverExports(grantee: IGrantable): Grant {
    const owners = [...ACCOUNTS, ...PEOPLE];
    const actions = ['dynamodb:GetItem', 'dynamodb:UpdateItem'] as const;
    return grantItems(grantee, this.#accounts, actions, [...owners, ...DEPLOYMENT]).combine(
      grantItems(grantee, this.#accounts, ['dynamodb:DeleteItem'], [...owners, ...RUNNING_EXPORTS]),
    );
  }

  /** Lists threads for operators. A thread and its messages are with their person. */
  listThreads(grantee: IGrantable): Grant {
    const actions = ['dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem'] as const;
    return grantItems(grantee, this.#accounts, actions, SUPPORT_THREADS);
  }

  /** Takes reports of children, and decides about them. */
  takeChildReports(grantee: IGrantable): Grant {
    const actions = [
      'dynamodb:Query',
      'dynamodb:PutItem',
      'dynamodb:DeleteItem',
      'dynamodb:ConditionCheckItem',
    ] as const;
    return grantItems(grantee, this.#accounts, actions, CHILD_REPORTS);
  }

  /** Lists an export that begins. The export itself is with its account or person. */
  listExports(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#accounts, ['dynamodb:PutItem'], RUNNING_EXPORTS);
  }

  /** Everything that people do with accounts. Which person may do what is decided by the table of permissions. */
  administer(grantee: IGrantable): Grant {
    const allow = (actions: readonly TableAction[], partitions: readonly string[]): Grant =>
      grantItems(grantee, this.#accounts, actions, partitions);
    return allow(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:ConditionCheckItem'], MANAGED)
      .combine(allow(['dynamodb:PutItem', 'dynamodb:DeleteItem'], [...MANAGED, ...ANSWERS]))
      .combine(allow(['dynamodb:UpdateItem'], [...ACCOUNTS, ...PEOPLE, ...DEPLOYMENT]))
      .combine(allow(['dynamodb:GetItem'], [...SUBJECTS, ...DEPLOYMENT]))
      .combine(allow(['dynamodb:PutItem'], [...SUBJECTS, ...DIRECTORY, ...EXCHANGED]))
      .combine(allow(['dynamodb:Query'], DIRECTORY))
      .combine(allow(['dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:ConditionCheckItem'], POLICIES));
  }
}
