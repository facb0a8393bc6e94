import { CATALOG_HEAD_KEY, CATALOG_STATE_KEY } from '../../contracts/storage/table-keys/catalog';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { CATALOG } from '../../contracts/storage/tables';
import type { Clock } from '../clock';
import { errorName, type Log } from '../log';
import type { TableStore } from '../table/table-store';
import type { Catalog } from './catalog';
import { type CatalogBase, catalogAt, nextMoment } from './catalog-at';
import { type CatalogState, decodeHead, decodeState, EMPTY_STATE } from './catalog-state';

/** From this age on the state is refreshed in the background, while requests use the current one. */
const REFRESH_AFTER_MS = 4_000;
/** An older state is not served, so that a change holds everywhere within ten seconds: requests wait for the read. */
const AGE_MAX_MS = 9_000;
/** The wait after a failed read before the next one. */
const REFRESH_AGAIN_MS = 1_000;

export interface LiveCatalogOptions extends CatalogBase {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** The catalog that is served now, from the deployment's base and the table's recent state. */
export class LiveCatalog {
  readonly #options: LiveCatalogOptions;
  #state: CatalogState;
  #built: Catalog;
  /** ISO 8601: the moment at which the served catalog changes. */
  #builtUntil: string | undefined;
  /** Epoch milliseconds at which the state was last known to be current. */
  #checkedAt: number;
  #refreshing: Promise<void> | undefined;

  private constructor(options: LiveCatalogOptions, state: CatalogState, checkedAt: number) {
    this.#options = options;
    this.#state = state;
    this.#checkedAt = checkedAt;
    const now = isoTime(checkedAt);
    this.#built = catalogAt(state.timelines, options, now);
    this.#builtUntil = nextMoment(state.timelines, now);
  }

  /** Waits for the first read: without it, requests would go to a disabled provider. */
  static async open(options: LiveCatalogOptions): Promise<LiveCatalog> {
    const now = options.clock();
    return new LiveCatalog(options, await readState(options, EMPTY_STATE), now);
  }

  /** Returns the catalog at once, unless it is too old to serve. It never rejects: after a failed read the last state stays. */
  current(): Catalog | Promise<Catalog> {
    const age = this.#options.clock() - this.#checkedAt;
    // A clock that was set back must not make a state look fresh.
    if (age >= 0 && age < REFRESH_AFTER_MS) return this.#now();
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    return age >= 0 && age < AGE_MAX_MS ? this.#now() : this.#refreshing.then(() => this.#now());
  }

  /** Resolves once no read is in progress: Lambda freezes work that is left when the handler returns. */
  async settled(): Promise<void> {
    await this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const { clock, log } = this.#options;
    const startedAt = clock();
    try {
      const state = await readState(this.#options, this.#state);
      if (state !== this.#state) {
        this.#build(state, isoTime(startedAt));
        log.info('CATALOG_CHANGED', { count: state.number });
      }
      this.#checkedAt = startedAt;
    } catch (error) {
      this.#report(error);
      this.#checkedAt = startedAt - REFRESH_AFTER_MS + REFRESH_AGAIN_MS;
    }
  }

  #now(): Catalog {
    if (this.#builtUntil === undefined) return this.#built;
    const now = isoTime(this.#options.clock());
    if (now < this.#builtUntil) return this.#built;
    try {
      this.#build(this.#state, now);
    } catch (error) {
      this.#report(error);
      this.#builtUntil = nextMoment(this.#state.timelines, now);
    }
    return this.#built;
  }

  #build(state: CatalogState, now: string): void {
    this.#built = catalogAt(state.timelines, this.#options, now);
    this.#builtUntil = nextMoment(state.timelines, now);
    this.#state = state;
  }

  #report(error: unknown): void {
    const cause = errorName(error);
    this.#options.log.warn('CATALOG_NOT_REFRESHED', { cause });
  }
}

/** Reads one small item as long as nothing has changed. */
async function readState({ store }: LiveCatalogOptions, held: CatalogState): Promise<CatalogState> {
  const head = await store.get({ table: CATALOG, key: CATALOG_HEAD_KEY });
  if (head === undefined || decodeHead(head) === held.number) return held;
  const item = await store.get({ table: CATALOG, key: CATALOG_STATE_KEY });
  return item === undefined ? held : decodeState(item);
}
