import type { CancellationReason } from '../../domain/table/table-errors';
import { ConditionFailed, TransactionCancelled } from '../../domain/table/table-errors';
import type { Check, Write } from '../../domain/table/table-store';
import type { TableName } from '../../contracts/storage/tables';
import type { Item, Key } from '../../domain/table/value';
import { applyChange, holds } from './evaluate';
import type { Database } from './database';
import { sqliteErrorCode } from './sqlite-error';
import { copyItem, areItemsEqual } from './stored-values';

/** The change of one item. `before` and `after` are `undefined` where no item is stored. */
export interface ItemChange {
  readonly table: TableName;
  readonly key: Key;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

type Tables = Pick<Database, 'get'>;

/**
 * Computes the change that one write would make, without making it.
 * @throws ConditionFailed when the condition of the write does not hold
 * @throws Error when the change is impossible
 */
export function planWrite(tables: Tables, write: Write | Check, key: Key): ItemChange {
  const before = tables.get(write.table.name, key);
  if (write.when !== undefined && !holds(write.when, before)) throw new ConditionFailed(before);
  return { table: write.table.name, key, before, after: itemAfter(write, key, before) };
}

/**
 * Computes the changes of all writes of a transaction, without making them.
 * @throws TransactionCancelled with a reason for each write that failed
 */
export function planTransaction(
  tables: Tables,
  writes: readonly (Write | Check)[],
  keys: readonly Key[],
): readonly ItemChange[] {
  const changes: ItemChange[] = [];
  const reasons = writes.map((write, index): CancellationReason | undefined => {
    try {
      changes.push(planWrite(tables, write, keys[index] as Key));
      return undefined;
    } catch (error) {
      // A database that cannot be read says nothing about the write.
      if (sqliteErrorCode(error) !== undefined) throw error;
      return error instanceof ConditionFailed ? { code: 'ConditionFailed', item: error.item } : { code: 'Invalid' };
    }
  });
  if (reasons.some((reason) => reason !== undefined)) throw new TransactionCancelled(reasons);
  return changes;
}

/** A write without effect makes no commit and no change record. */
export function hasEffect({ before, after }: ItemChange): boolean {
  if (before === undefined || after === undefined) return before !== after;
  return before !== after && !areItemsEqual(before, after);
}

function itemAfter(write: Write | Check, key: Key, before: Item | undefined): Item | undefined {
  if ('put' in write) return copyItem(write.put);
  if ('update' in write) return applyChange(before, key, write.change);
  return 'delete' in write ? undefined : before;
}
