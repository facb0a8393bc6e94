import type { Balance } from './balance/balance';
import type { BudgetOwner, Counting } from './holds/counting';

/** `available` does not cover the requested hold. Nothing was taken. */
export class InsufficientFunds extends Error {
  override readonly name = 'InsufficientFunds';
  readonly availablePico: bigint;
  /** The money that running requests hold, and of which they may return a part. */
  readonly heldPico: bigint;
  /** Whether the drawers may contain more money. */
  readonly hasDrawers: boolean;
  constructor({ availablePico, heldPico, hasDrawers }: Pick<Balance, 'availablePico' | 'heldPico' | 'hasDrawers'>) {
    super('the wallet does not cover the hold');
    this.availablePico = availablePico;
    this.heldPico = heldPico;
    this.hasDrawers = hasDrawers;
  }
}

/** The account, or the budget of the key, ran short lately: a request has to hold its worst case. Nothing was taken. */
export class WorstCaseRequired extends Error {
  override readonly name = 'WorstCaseRequired';
  /** Epoch milliseconds: when a smaller hold will do again. Absent if that takes longer than a minute. */
  readonly until: number | undefined;
  constructor(until?: number) {
    super('a hold may not be less than the worst case of its request');
    this.until = until;
  }
}

/** The account's spending rules are of another version than the caller knows. Nothing was taken. */
export class SpendingRulesChanged extends Error {
  override readonly name = 'SpendingRulesChanged';
  constructor() {
    super('the spending rules of the account have changed');
  }
}

/** The rest of a budget, in pico-dollars. */
export interface BudgetLeft {
  /** The owner of the budget. */
  readonly of: BudgetOwner;
  /** Identifies its counters: the ID of a budget that keys share. */
  readonly counterId: string;
  /** The name of its current window. */
  readonly window: string;
  readonly leftPico: bigint;
  /** The part of the budget that running requests hold, and of which they may return something. */
  readonly heldPico: bigint;
  /** Whether its parts may have more. */
  readonly hasParts: boolean;
}

/** The limit that a request would exceed. */
export type ReachedLimit =
  | ({ readonly kind: 'budget' } & BudgetLeft)
  | {
      readonly kind: 'minute';
      readonly minute: NonNullable<Counting['minute']>;
      /** Without this request. */
      readonly requestsCounted: number;
      readonly tokensCounted: number;
    }
  | { readonly kind: 'running'; readonly runningMax: number };

/** A limit of the key, or a budget that it shares, has no room for the request. Nothing was taken or counted. */
export class KeyLimitReached extends Error {
  override readonly name = 'KeyLimitReached';
  readonly limit: ReachedLimit;
  constructor(limit: ReachedLimit) {
    super('a limit of the key is reached');
    this.limit = limit;
  }
}

/** The refusal of the budget that has less left. Other limits come after budgets. */
export const tighter = (one: KeyLimitReached, other: KeyLimitReached): KeyLimitReached =>
  one.limit.kind === 'budget' && other.limit.kind === 'budget' && other.limit.leftPico < one.limit.leftPico
    ? other
    : one;

/** The account is suspended. Nothing was taken; existing holds end as usual. */
export class WalletSuspended extends Error {
  override readonly name = 'WalletSuspended';
  constructor() {
    super('the account is suspended');
  }
}

/** The account owes money after a payment dispute. Nothing was taken; existing holds end as usual. */
export class WalletInDebt extends Error {
  override readonly name = 'WalletInDebt';
  constructor() {
    super('the account is in debt');
  }
}

/** The account has no wallet: it was never opened. */
export class WalletNotFound extends Error {
  override readonly name = 'WalletNotFound';
  constructor() {
    super('the account has no wallet');
  }
}

/** The payment ID was used before, with another amount or for another account. Nothing was credited. */
export class PaymentIdReused extends Error {
  override readonly name = 'PaymentIdReused';
  constructor() {
    super('the payment id was used before with another amount or account');
  }
}

/**
 * The request ID was used before, for a smaller hold, for another account, or for a hold that has ended. The gateway
 * generates request IDs and never reuses one.
 */
export class RequestIdReused extends Error {
  override readonly name = 'RequestIdReused';
  constructor() {
    super('the request id was used before with another hold');
  }
}

/** The hold has already ended with another charge. That charge stands. */
export class HoldAlreadySettled extends Error {
  override readonly name = 'HoldAlreadySettled';
  readonly costPico: bigint;
  readonly overrunPico: bigint;
  constructor(recorded: { readonly costPico: bigint; readonly overrunPico: bigint }) {
    super('the hold was settled before with another charge');
    this.costPico = recorded.costPico;
    this.overrunPico = recorded.overrunPico;
  }
}

/** The hold was already released, so nothing can be charged for it. */
export class HoldAlreadyReleased extends Error {
  override readonly name = 'HoldAlreadyReleased';
  constructor() {
    super('the hold was released before');
  }
}

/** Neither the hold nor its end is recorded: the money was never reserved. */
export class HoldNotFound extends Error {
  override readonly name = 'HoldNotFound';
  constructor() {
    super('there is no such hold');
  }
}

/** The balance does not include a hold that exists. Nothing was written; `verifyLedger` shows the differences. */
export class LedgerInconsistent extends Error {
  override readonly name = 'LedgerInconsistent';
  constructor() {
    super('the balance does not include the hold');
  }
}

/**
 * The store conflicted or was unreachable for longer than the wallet waits, or a request asked for a hold too long
 * after its admission. The last attempt may have been committed; if it took a hold, the sweeper ends it after its
 * deadline.
 */
export class WalletUnavailable extends Error {
  override readonly name = 'WalletUnavailable';
  constructor(options: ErrorOptions) {
    super('the wallet is unavailable', options);
  }
}
