import { type FundsDependencies, fundsDependencies, type FundsOptions } from '../dependencies';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';
import { readFunds, type Recorder } from './change-funds';
import { type CreditParts, creditParts } from './credit-parts';
import { type Forfeit, forfeitCredit } from './forfeit';
import { type NewLine, setCreditLine } from './credit-line';
import { type Dispute, type InDebt, payDebts, returnDisputed, takeDisputed } from './dispute';
import { expireGrants, grantCredit, type NewGrant } from './promotional-credit';
import type { GuardedWrite } from '../../table/commit';
import { type Refund, returnRefund, type TakenRefund, takeRefund } from './refund';

/** An account's money, in pico-dollars: what it can spend, and where that came from. */
export interface FundsView extends CreditParts {
  readonly availablePico: bigint;
  readonly heldPico: bigint;
  readonly debtPico: bigint;
  /** The payments that were refunded, are disputed or were lost in a dispute. */
  readonly returnedPico: bigint;
  readonly isSuspended: boolean;
}

/**
 * The ways in which money reaches an account and leaves it, other than by requests. A payment is credited by
 * `Wallet.credit`. Each change names itself by an ID and can be repeated.
 */
export class Funds {
  readonly #dependencies: FundsDependencies;

  constructor(options: FundsOptions) {
    this.#dependencies = fundsDependencies(options);
  }

  /** @throws WalletNotFound */
  async view(accountId: string): Promise<FundsView> {
    const { store, timing } = this.#dependencies;
    const { main, balance, grants } = await retryOrUnavailable(SETTLE_RETRY, timing, () => readFunds(store, accountId));
    const { availablePico, heldPico, debtPico, refundedPico, disputedPico } = balance;
    const returnedPico = refundedPico + disputedPico;
    const isSuspended = main.suspendedAt !== undefined;
    return { availablePico, heldPico, debtPico, returnedPico, isSuspended, ...creditParts(balance, grants) };
  }

  /** Grants promotional credit; see `grantCredit`. */
  grant(grant: NewGrant, record?: Recorder): Promise<boolean> {
    return grantCredit(this.#dependencies, grant, record);
  }

  /** Ends the grants that are due; see `expireGrants`. */
  expireGrants(until?: number): Promise<number> {
    return expireGrants(this.#dependencies, until);
  }

  /** Sets a credit line; see `setCreditLine`. */
  setLine(line: NewLine, record?: Recorder): Promise<boolean> {
    return setCreditLine(this.#dependencies, line, record);
  }

  /** Takes the money of a refund; see `takeRefund`. */
  takeRefund(refund: TakenRefund, record?: Recorder): ReturnType<typeof takeRefund> {
    return takeRefund(this.#dependencies, refund, record);
  }

  /** Gives back the money of a refund that failed; see `returnRefund`. */
  returnRefund(refund: Omit<Refund, 'amountPico'>, writes?: readonly GuardedWrite[]): Promise<boolean> {
    return returnRefund(this.#dependencies, refund, writes);
  }

  /** Ends the credit of an account that is being erased; see `forfeitCredit`. */
  forfeit(forfeit: Forfeit): Promise<bigint> {
    return forfeitCredit(this.#dependencies, forfeit);
  }

  /** Takes disputed money; see `takeDisputed`. */
  takeDisputed(dispute: Dispute, inDebt?: InDebt): Promise<boolean> {
    return takeDisputed(this.#dependencies, dispute, inDebt);
  }

  /** Returns the money of a dispute that was won; see `returnDisputed`. */
  returnDisputed(dispute: Dispute): Promise<boolean> {
    return returnDisputed(this.#dependencies, dispute);
  }

  /** Pays debts with credit that running requests have returned; see `payDebts`. */
  payDebts(until?: number): Promise<void> {
    return payDebts(this.#dependencies, until);
  }
}
