import type { DynamoDBRecord } from 'aws-lambda';
import type { LocalServices } from './local-services';

/** Part of the ARN that the embedded engine gives to the stream of the usage table. */
const USAGE_STREAM = ':table/usage/';

/** Stands in for one reader of the usage table's stream: keeps the changes that it has not processed yet. */
export class UsageChanges {
  private pending: DynamoDBRecord[] = [];

  /** Starts collecting changes. */
  follow(store: LocalServices['store']): void {
    store.onChange((records) => {
      this.pending.push(...records.filter(({ eventSourceARN }) => eventSourceARN?.includes(USAGE_STREAM)));
    });
  }

  /**
   * Passes the pending changes to the reader. When it fails, the next delivery repeats the batch, as a stream would.
   * @returns false when the reader failed, which it has logged
   */
  async deliver(read: (event: { Records: DynamoDBRecord[] }) => Promise<unknown>): Promise<boolean> {
    const batch = this.pending;
    this.pending = [];
    try {
      if (batch.length > 0) await read({ Records: batch });
      return true;
    } catch {
      this.pending.unshift(...batch);
      return false;
    }
  }
}
