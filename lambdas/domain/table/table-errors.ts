import type { Item } from './value';

/** The condition of a single write did not hold. `item` is what was stored, if anything was. */
export class ConditionFailed extends Error {
  override readonly name = 'ConditionFailed';
  readonly item: Item | undefined;
  constructor(item: Item | undefined) {
    super('the condition did not hold');
    this.item = item;
  }
}

/** Why one write of a cancelled transaction failed; `undefined` for a write that did not fail. */
export type CancellationReason =
  | { readonly code: 'ConditionFailed'; readonly item: Item | undefined }
  | { readonly code: 'Conflict' | 'Throttled' | 'Invalid' };

/** A transaction wrote nothing. `reasons` has one element per write, in order. */
export class TransactionCancelled extends Error {
  override readonly name = 'TransactionCancelled';
  readonly reasons: readonly (CancellationReason | undefined)[];
  constructor(reasons: readonly (CancellationReason | undefined)[]) {
    super(`the transaction was cancelled: ${reasons.map((reason) => reason?.code ?? 'None').join(', ')}`);
    this.reasons = reasons;
  }
}

/** An idempotency token was reused with different writes. */
export class IdempotencyMismatch extends Error {
  override readonly name = 'IdempotencyMismatch';
  constructor() {
    super('the idempotency token was used before with other writes');
  }
}

/**
 * The store could not answer: throttled, unreachable, out of disk, timed out. A write may or may not have
 * been committed, so only an idempotent write may be retried.
 */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  constructor(code: string, options?: ErrorOptions) {
    super(`the store is unavailable: ${code}`, options);
  }
}
