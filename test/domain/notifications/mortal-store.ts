import type { TableStore } from '../../../lambdas/domain/table/table-store';

/** The process has died: whatever it was waiting for never comes back. */
class Died extends Error {
  override readonly name = 'Died';
}

/** The store of a process that dies at one of its steps: just before a call has an effect, or just after. */
export class MortalStore implements TableStore {
  readonly #inner: TableStore;
  readonly #diesAt: number;
  /** The steps so far. */
  steps = 0;

  constructor(inner: TableStore, diesAt: number) {
    this.#inner = inner;
    this.#diesAt = diesAt;
  }

  get isDead(): boolean {
    return this.steps >= this.#diesAt;
  }

  readonly get: TableStore['get'] = (get) => this.call(() => this.#inner.get(get));
  readonly query: TableStore['query'] = (query) => this.call(() => this.#inner.query(query));
  readonly write: TableStore['write'] = (write) => this.call(() => this.#inner.write(write));
  readonly transact: TableStore['transact'] = (writes, token) => this.call(() => this.#inner.transact(writes, token));

  /** Makes a call to something else than the store, with its two steps. */
  async call<T>(work: () => Promise<T>): Promise<T> {
    this.#step();
    const result = await work();
    this.#step();
    return result;
  }

  #step(): void {
    if (this.isDead) throw new Died();
    this.steps += 1;
  }
}

/** More than any history below has. */
const STEPS_MAX = 200;

/**
 * Plays one history for each step at which its process can die.
 * @param play runs the process, and then checks what another process makes of it
 * @returns the number of steps of a process that lives on
 */
export async function atEveryStep(play: (diesAt: number) => Promise<{ readonly isDead: boolean }>): Promise<number> {
  for (let diesAt = 0; diesAt < STEPS_MAX; diesAt += 1) if (!(await play(diesAt)).isDead) return diesAt;
  throw new Error('STEPS_MAX is too small');
}
