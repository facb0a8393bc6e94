import type { Counting } from './holds/counting';

/** What `available` covers is less than the hold that was asked for. Nothing was taken. */
export class InsufficientFunds extends Error {
  override readonly name = 'InsufficientFunds';
  readonly availablePico: bigint;
  /** Whether more may lie in drawers. */
  readonly hasDrawers: boolean;
  constructor({ availablePico, hasDrawers }: { readonly availablePico: bigint; readonly hasDrawers: boolean }) {
    super('the wallet does not cover the hold');
    this.availablePico = availablePico;
    this.hasDrawers = hasDrawers;
  }
}

/** Which of a key's limits a request would exceed. */
export type ReachedLimit =
  | { readonly kind: 'budget'; readonly leftPico: bigint }
  | {
      readonly kind: 'minute';
      readonly minute: NonNullable<Counting['minute']>;
      /** Before this request. */
      readonly requestsCounted: number;
      readonly tokensCounted: number;
    }
  | { readonly kind: 'running'; readonly runningMax: number };

/** A rule of the key has no room for the request. Nothing was taken or counted. */
export class KeyLimitReached extends Error {
  override readonly name = 'KeyLimitReached';
  readonly limit: ReachedLimit;
  constructor(limit: ReachedLimit) {
    super('a limit of the key is reached');
    this.limit = limit;
  }
}

/** An operator has suspended the account. Nothing was taken; what is held already ends as it would have. */
export class WalletSuspended extends Error {
  override readonly name = 'WalletSuspended';
  constructor() {
    super('the account is suspended');
  }
}

/** The account has no wallet: it was never opened. */
export class WalletNotFound extends Error {
  override readonly name = 'WalletNotFound';
  constructor() {
    super('the account has no wallet');
  }
}

/** A live hold of other terms has this request id. Request ids are ours and never used twice. */
export class RequestIdReused extends Error {
  override readonly name = 'RequestIdReused';
  constructor() {
    super('the request id was used before with another hold');
  }
}

/** The hold ended with another charge before. That charge stands. */
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

/** The hold was released before, and nothing is charged for it any more. */
export class HoldAlreadyReleased extends Error {
  override readonly name = 'HoldAlreadyReleased';
  constructor() {
    super('the hold was released before');
  }
}

/** Neither a hold nor its end is recorded: it was never reserved. */
export class HoldNotFound extends Error {
  override readonly name = 'HoldNotFound';
  constructor() {
    super('there is no such hold');
  }
}

/** The balance does not carry the hold that it should. Nothing was written; `verifyLedger` tells more. */
export class LedgerInconsistent extends Error {
  override readonly name = 'LedgerInconsistent';
  constructor() {
    super('the balance does not carry the hold');
  }
}

/**
 * The store conflicted or was unreachable for longer than the wallet waits, or a request asks for a hold long after
 * its admission. Whether the last attempt was
 * committed is unknown: a hold that was is swept after its deadline.
 */
export class WalletUnavailable extends Error {
  override readonly name = 'WalletUnavailable';
  constructor(options: ErrorOptions) {
    super('the wallet is unavailable', options);
  }
}
