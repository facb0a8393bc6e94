import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import type { TableStore } from '../../../lambdas/domain/table/table-store';

export interface BackgroundOptions {
  /** Ends the work: later calls throw its reason. */
  readonly signal?: AbortSignal;
  /** Returns the time, in epoch milliseconds, by which items have expired. @default the store's clock */
  readonly asOf?: () => number;
}

/**
 * A store for background work. Before each call it lets the event loop serve requests, because reads of the embedded
 * store are synchronous: without a pause, work on thousands of records would hold up every stream.
 */
export function backgroundStore(store: EmbeddedStore, { signal, asOf }: BackgroundOptions = {}): TableStore {
  const pause = async (): Promise<void> => {
    await nextTurn();
    signal?.throwIfAborted();
  };
  return {
    get: async (get) => {
      await pause();
      return store.get(get, asOf?.());
    },
    query: async (query) => {
      await pause();
      return store.query(query, asOf?.());
    },
    write: async (write) => {
      await pause();
      return store.write(write);
    },
    transact: async (writes, token) => {
      await pause();
      return store.transact(writes, token);
    },
  };
}
