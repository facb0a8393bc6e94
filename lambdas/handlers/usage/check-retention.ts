import type { Log } from '../../domain/log';
import type { TableName } from '../../contracts/storage/tables';
import { oldItemsOf, type OldItemsOptions } from '../../domain/usage/retention/old-items';

export interface CheckRetentionDependencies extends OldItemsOptions {
  readonly everyAccount: () => AsyncIterable<string>;
  /** Counts the erasures that take too long. */
  readonly overdueErasures: () => Promise<number>;
  readonly log: Log;
}

/**
 * Checks every night that nothing can be read that is older than its class allows, and that no erasure takes too long.
 * It raises an alarm otherwise.
 */
export const checkRetention =
  ({ everyAccount, overdueErasures, log, ...options }: CheckRetentionDependencies): (() => Promise<void>) =>
  async () => {
    let accounts = 0;
    const counts = new Map<TableName, number>();
    for await (const accountId of everyAccount()) {
      accounts += 1;
      for (const table of await oldItemsOf(options, accountId)) counts.set(table, (counts.get(table) ?? 0) + 1);
    }
    for (const [table, count] of counts) log.error('RETENTION_EXCEEDED', { cause: table, count });
    const overdue = await overdueErasures();
    if (overdue > 0) log.error('ERASURE_OVERDUE', { count: overdue });
    log.info('RETENTION_CHECKED', { count: accounts });
  };
