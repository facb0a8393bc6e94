import { TransactionCancelled } from './table-errors';
import type { Check, TableStore, Write } from './table-store';
import type { Item } from './value';

/** One write of a transaction, with the meaning of a failed condition. */
export interface GuardedWrite<Refusal = Error> {
  readonly write: Write | Check;
  /**
   * Maps a failed condition of `write` to a refusal.
   * @param current the stored item; undefined when there is none
   * @returns undefined when the failure means nothing to the caller, as if `otherwise` were absent
   * @default the transaction's own error is thrown: only a defect or a concurrent writer can fail the condition
   */
  readonly otherwise?: (current: Item | undefined) => Refusal | undefined;
}

/**
 * Commits all writes or none, and returns the refusals of the failed conditions instead of throwing one. A refusal can
 * be anything that tells the outcomes apart: a string, a record that was read, an error for the caller to throw.
 * @param token 1 to 36 characters; the same token with the same writes commits once within ten minutes
 * @returns the refusals in the order of the writes; empty when everything was committed
 * @throws the errors of `TableStore.transact`, if no failed condition has a refusal
 */
export async function commit<Refusal>(
  store: Pick<TableStore, 'transact'>,
  writes: readonly GuardedWrite<Refusal>[],
  token?: string,
): Promise<readonly Refusal[]> {
  try {
    await store.transact(
      writes.map(({ write }) => write),
      token,
    );
    return [];
  } catch (error) {
    const refusals = refusalsOf(error, writes);
    if (refusals.length === 0) throw error;
    return refusals;
  }
}

function refusalsOf<Refusal>(error: unknown, writes: readonly GuardedWrite<Refusal>[]): Refusal[] {
  if (!(error instanceof TransactionCancelled)) return [];
  const { reasons } = error;
  return writes.flatMap(({ otherwise }, index) => {
    const reason = reasons[index];
    const refusal = reason?.code === 'ConditionFailed' ? otherwise?.(reason.item) : undefined;
    return refusal === undefined ? [] : [refusal];
  });
}
