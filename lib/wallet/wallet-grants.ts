import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ClassifiedTable } from '../constructs/classified-table';
import { readChanges } from '../constructs/stream-grants';
import { grantItems, type TableAction } from '../constructs/table-grant';

/** Balances and entries share the partitions of their account. */
const ACCOUNTS = ['acc_*'];
/** Holds and leases. */
const HOLDS = ['holds#*'];
/** Payments by their ID. */
const PAYMENTS = ['payment#*'];
/** Payments by the time at which they were credited. */
const CREDITS = ['credits'];
/** Payments that could not be booked. */
const EXCEPTIONS = ['payment-exceptions'];
/** Notes of the payments that were on that list. */
const KNOWN_EXCEPTIONS = ['payment-exception#*'];
/** Refunds that Stripe has not answered yet. */
const PENDING_REFUNDS = ['pending-refunds'];
/** When promotional credit ends. */
const GRANT_EXPIRIES = ['grant-expiries#*'];
/** The accounts that owe money after a dispute. */
const DEBTS = ['debts'];
/** The accounts that have a credit line. */
const CREDIT_LINES = ['credit-lines'];
/** The unpaid dues of credit lines. */
const OPEN_DUES = ['open-dues'];
/** Where jobs that go through a list stopped. */
const JOB_CURSORS = ['job-cursors'];
/** Coupons; and which coupon has a code. */
const COUPONS = ['coupons'];
const COUPON_CODES = ['coupon-code#*'];

/**
 * Grants on money. No verb deletes from an account's partition, so balances and entries stay.
 *
 * A policy cannot say that an entry is put once and never replaced or updated, because the entry shares its partition
 * with the balance. The condition of the write enforces it.
 */
export class WalletGrants {
  readonly #wallet: ClassifiedTable;

  constructor(wallet: ClassifiedTable) {
    this.#wallet = wallet;
  }

  /** Puts the empty balance of a new account. The condition of the write ensures that it replaces none. */
  open(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#wallet, ['dynamodb:PutItem'], ACCOUNTS);
  }

  /** Suspends and resumes an account's balance. The write itself leaves the amounts alone. */
  suspend(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#wallet, ['dynamodb:UpdateItem'], ACCOUNTS);
  }

  /** Takes from a balance and puts a hold or a lease, or uses a lease for one more request. */
  reserve(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#wallet, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ACCOUNTS).combine(
      grantItems(grantee, this.#wallet, ['dynamodb:PutItem', 'dynamodb:UpdateItem'], HOLDS),
    );
  }

  /** Ends a known hold: charges it, releases it, or adjusts the balance if the hold has expired. */
  settle(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:PutItem'] as const;
    return grantItems(grantee, this.#wallet, actions, ACCOUNTS).combine(
      grantItems(grantee, this.#wallet, ['dynamodb:DeleteItem'], HOLDS),
    );
  }

  /** Finds the holds that are past their deadline, and ends them. */
  sweep(grantee: IGrantable): Grant {
    return grantItems(grantee, this.#wallet, ['dynamodb:UpdateItem', 'dynamodb:PutItem'], ACCOUNTS).combine(
      grantItems(grantee, this.#wallet, ['dynamodb:Query', 'dynamodb:DeleteItem'], HOLDS),
    );
  }

  /** Grants promotional credit and sets credit lines. */
  grantCredit(grantee: IGrantable): Grant {
    return this.#changeFunds(grantee).combine(this.#allow(grantee, ['dynamodb:PutItem'], GRANT_EXPIRIES));
  }

  /** Finds the promotional credit that is due, and ends it. */
  expireGrants(grantee: IGrantable): Grant {
    const actions = ['dynamodb:Query', 'dynamodb:DeleteItem'] as const;
    return this.#changeFunds(grantee).combine(this.#allow(grantee, actions, GRANT_EXPIRIES));
  }

  /** Finds the accounts that owe money, and pays their debts with what they have. */
  payDebts(grantee: IGrantable): Grant {
    const actions = ['dynamodb:Query', 'dynamodb:DeleteItem'] as const;
    return this.#changeFunds(grantee)
      .combine(this.#allow(grantee, actions, DEBTS))
      .combine(this.#noteCursors(grantee));
  }

  /** Books a payment with its refunds and disputes, lists an account that owes money, or notes what cannot be booked. */
  book(grantee: IGrantable): Grant {
    return this.#changeFunds(grantee)
      .combine(this.#allow(grantee, ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], PAYMENTS))
      .combine(this.#allow(grantee, ['dynamodb:PutItem', 'dynamodb:DeleteItem'], DEBTS))
      .combine(this.#allow(grantee, ['dynamodb:PutItem'], [...EXCEPTIONS, ...KNOWN_EXCEPTIONS, ...CREDITS]));
  }

  /** Finds the payments that were credited in a period. */
  reconcile(grantee: IGrantable): Grant {
    return this.book(grantee).combine(this.#allow(grantee, ['dynamodb:Query'], CREDITS));
  }

  /** Takes the credit of a refund, and gives it back if Stripe refuses. */
  beginRefunds(grantee: IGrantable): Grant {
    return this.#changeFunds(grantee)
      .combine(this.#allow(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], PAYMENTS))
      .combine(
        this.#allow(grantee, ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'], PENDING_REFUNDS),
      );
  }

  /** Finds the refunds that were interrupted, and finishes them. */
  completeRefunds(grantee: IGrantable): Grant {
    return this.#changeFunds(grantee)
      .combine(this.#allow(grantee, ['dynamodb:UpdateItem'], PAYMENTS))
      .combine(this.#allow(grantee, ['dynamodb:Query', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'], PENDING_REFUNDS));
  }

  /** Sets a credit line, and lists the account that has one. */
  lend(grantee: IGrantable): Grant {
    return this.#changeFunds(grantee).combine(
      this.#allow(grantee, ['dynamodb:UpdateItem', 'dynamodb:DeleteItem'], CREDIT_LINES),
    );
  }

  /** Creates, lists, deletes and redeems coupons. */
  manageCoupons(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'] as const;
    return this.#allow(grantee, [...actions, 'dynamodb:UpdateItem', 'dynamodb:Query'], COUPONS).combine(
      this.#allow(grantee, actions, COUPON_CODES),
    );
  }

  /** Reads the ledger of accounts. */
  readEntries(grantee: IGrantable): Grant {
    return this.#allow(grantee, ['dynamodb:GetItem', 'dynamodb:Query'], ACCOUNTS);
  }

  /** Bills accounts for the used part of their credit lines. */
  collectArrears(grantee: IGrantable): Grant {
    return this.readEntries(grantee)
      .combine(this.#allow(grantee, ['dynamodb:PutItem', 'dynamodb:UpdateItem'], ACCOUNTS))
      .combine(this.#allow(grantee, ['dynamodb:Query', 'dynamodb:UpdateItem'], CREDIT_LINES))
      .combine(this.#allow(grantee, ['dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:DeleteItem'], OPEN_DUES))
      .combine(this.#noteCursors(grantee));
  }

  /** Lists the payments that could not be booked, and takes those off the list with which an operator has dealt. */
  resolveExceptions(grantee: IGrantable): Grant {
    return this.#allow(grantee, ['dynamodb:Query', 'dynamodb:DeleteItem'], EXCEPTIONS);
  }

  /** Ends an account's credit line and what is left of its credit. It reads the ledger, and sees refunds under way. */
  endBalances(grantee: IGrantable): Grant {
    return this.#changeFunds(grantee)
      .combine(this.#allow(grantee, ['dynamodb:Query'], [...ACCOUNTS, ...PENDING_REFUNDS]))
      .combine(this.#allow(grantee, ['dynamodb:DeleteItem'], CREDIT_LINES));
  }

  /** Sees whether anything of an account is held or being refunded. */
  seePending(grantee: IGrantable): Grant {
    return this.readBalances(grantee).combine(this.#allow(grantee, ['dynamodb:Query'], PENDING_REFUNDS));
  }

  /** Reads balances. */
  readBalances(grantee: IGrantable): Grant {
    return this.#allow(grantee, ['dynamodb:GetItem'], ACCOUNTS);
  }

  /** Receives the changes of balances. */
  watchBalances(grantee: IGrantable): Grant {
    return readChanges(grantee, this.#wallet);
  }

  /** Notes where a job that goes through a list stopped. */
  #noteCursors(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'] as const;
    return this.#allow(grantee, actions, JOB_CURSORS);
  }

  /** Moves money of one account, with its entry. */
  #changeFunds(grantee: IGrantable): Grant {
    const actions = ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:PutItem'] as const;
    return this.#allow(grantee, actions, ACCOUNTS);
  }

  #allow(grantee: IGrantable, actions: readonly TableAction[], partitions: readonly string[]): Grant {
    return grantItems(grantee, this.#wallet, actions, partitions);
  }

  /** Reads everything about the money of an account. */
  exportData(grantee: IGrantable): Grant {
    const partitions = [...ACCOUNTS, ...HOLDS, ...EXCEPTIONS, ...PENDING_REFUNDS, ...CREDIT_LINES];
    return grantItems(grantee, this.#wallet, ['dynamodb:Query'], partitions);
  }
}
