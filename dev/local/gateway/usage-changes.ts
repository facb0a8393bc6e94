import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DynamoDBRecord } from 'aws-lambda';
import { USAGE } from '../../../lambdas/contracts/storage/tables';
import type { LocalServices } from './local-services';

/** The most changes that a reader gets at once, as from a stream. Between two batches the event loop serves requests. */
const BATCH_CHANGES_MAX = 100;

/** Stands in for one reader of the usage table's stream: keeps the changes that it has not processed yet. */
export class UsageChanges {
  private pending: DynamoDBRecord[] = [];

  /**
   * Starts collecting changes.
   * @param onFull called when there are enough for a batch, because a busy gateway should not keep more in memory
   */
  follow(store: LocalServices['store'], onFull: () => void): void {
    const keep = (records: readonly DynamoDBRecord[]): void => {
      this.pending.push(...records);
      if (this.pending.length >= BATCH_CHANGES_MAX) onFull();
    };
    store.onChange(keep, [USAGE]);
  }

  /**
   * Passes the pending changes to the reader in batches. When it fails, the next delivery repeats the batch, as a stream
   * would.
   * @returns false when the reader failed, which it has logged
   */
  async deliver(read: (event: { Records: DynamoDBRecord[] }) => Promise<unknown>): Promise<boolean> {
    // Changes that arrive during the delivery wait for the next one, so that it ends.
    for (let left = this.pending.length; left > 0; left -= BATCH_CHANGES_MAX) {
      const batch = this.pending.slice(0, Math.min(left, BATCH_CHANGES_MAX));
      try {
        await read({ Records: batch });
      } catch {
        return false;
      }
      this.pending.splice(0, batch.length);
      await nextTurn();
    }
    return true;
  }
}
