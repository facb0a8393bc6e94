import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TableStore } from '../../../lambdas/domain/table/table-store';

/**
 * A store for background work. Before each call it lets the event loop serve requests, because reads of the embedded
 * store are synchronous: without a pause, work on thousands of records would hold up every stream.
 * @param signal ends the work: later calls throw its reason
 */
export function backgroundStore(store: TableStore, signal?: AbortSignal): TableStore {
  const pause = async (): Promise<void> => {
    await nextTurn();
    signal?.throwIfAborted();
  };
  return {
    get: async (get) => {
      await pause();
      return store.get(get);
    },
    query: async (query) => {
      await pause();
      return store.query(query);
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
