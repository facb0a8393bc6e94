import type { Commits } from './commits';

/** The store was opened for reading, so it refuses every write. */
export class StoreReadOnly extends Error {
  override readonly name = 'StoreReadOnly';
  constructor() {
    super('The data folder is read-only, so its data can be shown and verified but not changed.');
  }
}

export const READ_ONLY: Commits = {
  run: () => Promise.reject(new StoreReadOnly()),
  scrub: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
