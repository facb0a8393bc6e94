import { commit, type GuardedWrite } from '../table/commit';
import { ConditionFailed } from '../table/table-errors';
import { newTransactionToken } from '../table/transaction-token';
import type { Balance } from './balance/balance';
import { openBalance } from './balance/balance';
import { readBalance } from './balance/drawers';
import { type WalletDependencies, walletDependencies, type WalletOptions } from './dependencies';
import { creditInDebt } from './funds/credit-in-debt';
import type { Counting } from './holds/counting';
import type { Hold } from './holds/hold';
import { readBudget } from './holds/budget-counters';
import type { HoldTerms } from './holds/reserve-hold';
import { type Extension, extendHold, type RollingHold, shrinkHold } from './holds/resize-hold';
import { settleHold } from './holds/settle-hold';
import type { Settled, Settlement } from './holds/settlement';
import { growLease } from './leases/grow-lease';
import { settleOnLease } from './leases/settle-on-lease';
import type { Entry } from './ledger/entry';
import { everyEntry } from './ledger/every-entry';
import type { Payment } from './ledger/payment';
import { checkPayment, creditPayment } from './ledger/payment';
import { expectActive, reserve } from './reserve';
import { retryOrUnavailable, SETTLE_RETRY } from './retry';
import type { BudgetLeft } from './wallet-errors';
import type { Sweep } from './sweep';
import { expireDue } from './sweep';

/**
 * The accounts' money. Every step is one transaction whose conditions keep the invariants of docs/money.md, even when
 * operations run concurrently, are lost or are repeated. Every method throws WalletUnavailable when the store conflicts
 * or fails for longer than the wallet retries.
 *
 * Only these functions write the wallet:
 * - `openBalance`, `suspendBalance`, `setHoldsOfBalance` (balance/balance.ts): an account is created, suspended or
 *   resumed, or its holds may roll or no longer. Their writes are committed together with the account's own
 *   (../accounts/accounts.ts).
 * - `freeze` (../privacy/erasure/freeze.ts): the account is being erased. It suspends the balance for good.
 * - `setRulesVersionOfBalance` (balance/balance.ts): the account's spending rules change
 *   (../keys/spending/spending-rules.ts). No money moves.
 * - `open` (wallet.ts): the command line or a local host makes sure that an account's wallet is open.
 * - `creditPayment` (ledger/payment.ts): a payment came in.
 * - `changeFunds` (funds/change-funds.ts): money came in or went out in any other way, for `Funds`.
 * - `putGrants` (funds/grants.ts), `grantCredit`, `expireGrants` (funds/promotional-credit.ts): promotional credit.
 * - `takeRefund`, `returnRefund` (funds/refund.ts): a payment is paid back.
 * - `forfeitCredit` (funds/forfeit.ts), `closeBalance` (balance/balance.ts): the credit of an account that is being
 *   erased ends, and then nothing is credited any more.
 * - `setCreditLine` (funds/credit-line.ts): the list of accounts that have a line.
 * - `refund`, `complete` (../payments/refunds.ts), `add`, `resolve` (../payments/payment-exceptions.ts): lists of refunds
 *   that are under way, and of payments that could not be booked. No money moves.
 * - `closeMonths` (../payments/statements/closings.ts): what an account was charged until the end of a month. No money moves.
 * - `workThrough` (../table/work-through.ts): where a job that goes through a list of the table stopped.
 * - `run` (../payments/arrears/arrears.ts), `moveDue` (../payments/arrears/due-item.ts), `create`
 *   (../payments/coupons/coupons.ts): what accounts owe of their lines, and coupons. No money moves.
 * - `reserveHold` (holds/reserve-hold.ts): a request takes a hold from the main balance.
 * - `extendHold`, `shrinkHold` (holds/resize-hold.ts): the hold of a running request follows what it can still cost.
 * - `takeLease`, `passOnLease` (leases/reserve-on-lease.ts): a request of a contended account draws on a lease.
 * - `growLease` (leases/grow-lease.ts): a running request needs more than its lease has left.
 * - `endHold` (holds/end-hold.ts): a request with a hold of its own is settled, released or expired.
 * - `settleOnLease` (leases/settle-on-lease.ts): a request on a lease is settled or released. It only puts the usage
 *   record; the lease books the charge later. If the account fell short, it marks the balance; no money moves.
 * - `adjustExpired` (holds/adjust-expired.ts): a request is settled after its hold has expired.
 * - `endLease` (leases/end-lease.ts): a lease takes no more requests, so its charges are booked.
 * - `sweepLease` (leases/sweep-lease.ts): a process did not end its lease, or did not settle the last request on it.
 * - `refillDrawer`, `emptyDrawers` (balance/drawers.ts): leases need money, or the main balance needs it back.
 * - `markHot` (reserve.ts): other processes should use leases as well. No money moves.
 *
 * A settle takes this path: `settle`, then `settleHold` or `settleOnLease`, then one transaction with retries (`endHold`,
 * or the put of the usage record). ../data-plane/settlement/unsettled-requests.ts handles a failure of that write.
 */
export class Wallet {
  readonly #dependencies: WalletDependencies;

  constructor(options: WalletOptions) {
    this.#dependencies = walletDependencies(options);
  }

  /** Opens an empty wallet for an account. Does nothing if it is already open. */
  async open(accountId: string): Promise<void> {
    await this.#retry(async () => {
      try {
        await this.#dependencies.store.write(openBalance(accountId));
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
      }
    });
  }

  /**
   * Adds a payment exactly once, however often it is reported.
   * @param also writes that belong to the credit
   * @throws PaymentIdReused, WalletNotFound
   * @throws RangeError if the amount is not positive or too large, or the payment ID is invalid
   */
  async credit(payment: Payment, also: readonly GuardedWrite<never>[] = []): Promise<'credited' | 'already_credited'> {
    checkPayment(payment);
    const writes = [...creditPayment(payment, this.#dependencies.timing.clock()), ...also];
    const token = newTransactionToken();
    return this.#retry(async () => {
      const [refusal] = await commit(this.#dependencies.store, writes, token);
      if (refusal instanceof Error) throw refusal;
      if (refusal === 'in_debt') return creditInDebt(this.#dependencies, payment, also);
      return refusal ?? 'credited';
    });
  }

  /**
   * Holds the most that a request can cost, or a first part of that, before anything is sent to a provider.
   * @returns the hold; it holds the whole if it does not roll
   * @throws RequestIdReused, WalletNotFound, WalletSuspended, WalletInDebt, KeyLimitReached, InsufficientFunds
   * @throws SpendingRulesChanged when the terms follow another version of the account's spending rules
   * @throws WorstCaseRequired when a part is not enough
   */
  async reserve(terms: HoldTerms): Promise<Hold> {
    return reserve(this.#dependencies, terms);
  }

  /**
   * Adds money to the hold of a running request; see `extendHold` and `growLease`.
   * @throws InsufficientFunds, KeyLimitReached, WalletSuspended, WalletInDebt, WalletNotFound, HoldNotFound
   */
  async extend(hold: RollingHold, extension: Extension): Promise<RollingHold> {
    const { leaseTurn } = hold;
    if (leaseTurn === undefined) return extendHold(this.#dependencies, hold, extension);
    await this.expectActive(hold.accountId);
    return growLease(this.#dependencies, { ...hold, leaseTurn }, extension);
  }

  /**
   * Returns a part of a hold to `available` while its request runs; see `shrinkHold`. A lease keeps its money for the
   * requests after this one, so a hold on a lease stays as it is.
   * @throws HoldNotFound
   */
  async shrink(hold: RollingHold, returnedPico: bigint): Promise<RollingHold> {
    return hold.leaseTurn === undefined ? shrinkHold(this.#dependencies, hold, returnedPico) : hold;
  }

  /**
   * Checks that the account is neither suspended nor in debt, as of a few seconds ago.
   * @throws WalletSuspended, WalletInDebt
   */
  async expectActive(accountId: string): Promise<void> {
    await expectActive(this.#dependencies, accountId, this.#dependencies.timing.clock());
  }

  /**
   * Ends a request's hold, with a charge or without. If the hold rolls, a reported cost above it is paid from `available`
   * and the key's budget, up to the ceiling; any other cost above the hold is the operator's loss. After the hold has
   * expired, it charges what `available` covers. Repeating a settle returns the recorded result.
   * @throws HoldAlreadySettled, HoldAlreadyReleased, HoldNotFound, LedgerInconsistent
   */
  async settle(settlement: Settlement): Promise<Settled> {
    const { leaseTurn } = settlement.hold;
    return leaseTurn === undefined
      ? settleHold(this.#dependencies, settlement)
      : settleOnLease(this.#dependencies, settlement, leaseTurn);
  }

  /** Ends the holds that were neither settled nor released by their deadline; see ./sweep.ts. */
  async expireDue(range: { readonly now?: number; readonly everything?: boolean } = {}): Promise<Sweep> {
    return expireDue(this.#dependencies, range);
  }

  /** The main balance and the drawers together; undefined when the wallet was never opened. */
  async balance(accountId: string): Promise<Balance | undefined> {
    return readBalance(this.#dependencies.store, accountId);
  }

  /** The rest of the budget that has the least left; undefined for a request without budgets. */
  async budget(counting: Counting): Promise<BudgetLeft | undefined> {
    return readBudget(this.#dependencies.store, counting);
  }

  /** All entries of an account by ID. For requests, that is chronological order. */
  entries(accountId: string): AsyncGenerator<Entry> {
    return everyEntry(this.#dependencies.store, accountId);
  }

  #retry<T>(attempt: () => Promise<T>): Promise<T> {
    return retryOrUnavailable(SETTLE_RETRY, this.#dependencies.timing, attempt);
  }
}
