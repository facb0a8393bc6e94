import type { DynamoDBRecord } from 'aws-lambda';
import type { LocalServices } from './local-services';

/** How the embedded engine names the stream of the usage table. */
const USAGE_STREAM = ':table/usage/';

/** The changes of the usage table that one reader has not taken yet: stands in for a stream's place. */
export class UsageChanges {
  private pending: DynamoDBRecord[] = [];

  /** Collects what changes from now on. */
  follow(store: LocalServices['store']): void {
    store.onChange((records) => {
      this.pending.push(...records.filter(({ eventSourceARN }) => eventSourceARN?.includes(USAGE_STREAM)));
    });
  }

  /** Resolves to false when the reader failed, which it has logged; as in a stream, the batch comes again. */
  async deliver(take: (event: { Records: DynamoDBRecord[] }) => Promise<unknown>): Promise<boolean> {
    const batch = this.pending;
    this.pending = [];
    try {
      if (batch.length > 0) await take({ Records: batch });
      return true;
    } catch {
      this.pending.unshift(...batch);
      return false;
    }
  }
}
