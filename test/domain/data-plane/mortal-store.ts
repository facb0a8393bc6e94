import type { Check, Get, Page, Query, TableStore, Write } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';

const NEVER = new Promise<never>(() => undefined);

/**
 * The store as one process sees it. After the process died, it gets no more replies, whether or not its last commit was
 * made.
 */
export class MortalStore implements TableStore {
  readonly #inner: TableStore;
  #dies: 'before' | 'after' | undefined;
  #isDead = false;
  #tell: () => void = () => undefined;
  /** Resolves once the process is dead. */
  readonly died = new Promise<void>((resolve) => (this.#tell = resolve));

  constructor(inner: TableStore) {
    this.#inner = inner;
  }

  /** Makes the process die at its next commit. */
  diesAtNextCommit(when: 'before' | 'after'): void {
    this.#dies = when;
  }

  get(get: Get): Promise<Item | undefined> {
    return this.#isDead ? NEVER : this.#inner.get(get);
  }

  query(query: Query): Promise<Page> {
    return this.#isDead ? NEVER : this.#inner.query(query);
  }

  write(write: Write): Promise<Item | undefined> {
    return this.#commit(() => this.#inner.write(write));
  }

  transact(writes: readonly (Write | Check)[], token?: string): Promise<void> {
    return this.#commit(() => this.#inner.transact(writes, token));
  }

  async #commit<T>(make: () => Promise<T>): Promise<T> {
    if (this.#isDead) return NEVER;
    if (this.#dies === 'before') return this.#die();
    const made = await make();
    return this.#dies === 'after' ? this.#die() : made;
  }

  #die(): Promise<never> {
    this.#isDead = true;
    this.#tell();
    return NEVER;
  }
}
