import { TransactionCancelled } from './table-errors';
import type { Check, TableStore, Write } from './table-store';
import type { Item } from './value';

/** One write of a transaction, with the error that its failed condition means. */
export interface GuardedWrite {
  readonly write: Write | Check;
  /**
   * Names the refusal when the condition of `write` did not hold.
   * @param current the stored item; undefined when there is none
   * @default the transaction's own error is thrown: nothing but a concurrent writer can fail the condition
   */
  readonly otherwise?: (current: Item | undefined) => Error;
}

/**
 * Commits all writes or none. Where several conditions failed, the first guarded write in the list wins, so list the
 * refusal that the caller should hear first at the front.
 * @param token 1 to 36 characters; the same token with the same writes commits once within ten minutes
 * @throws what `otherwise` of the failed write returns; else the errors of `TableStore.transact`
 */
export async function commit(store: TableStore, writes: readonly GuardedWrite[], token?: string): Promise<void> {
  try {
    await store.transact(
      writes.map(({ write }) => write),
      token,
    );
  } catch (error) {
    throw refusalOf(error, writes);
  }
}

function refusalOf(error: unknown, writes: readonly GuardedWrite[]): unknown {
  if (!(error instanceof TransactionCancelled)) return error;
  for (const [index, { otherwise }] of writes.entries()) {
    const reason = error.reasons[index];
    if (otherwise && reason?.code === 'ConditionFailed') return otherwise(reason.item);
  }
  return error;
}
