import { CATALOG_STATE_KEY } from '../../../lambdas/contracts/storage/table-keys/catalog';
import { CATALOG } from '../../../lambdas/contracts/storage/tables';
import type { Catalog } from '../../../lambdas/domain/catalog/catalog';
import type { LiveCatalog } from '../../../lambdas/domain/catalog/live-catalog';
import { StoreUnavailable } from '../../../lambdas/domain/table/table-errors';
import type { Get, TableStore } from '../../../lambdas/domain/table/table-store';
import type { Item } from '../../../lambdas/domain/table/value';
import { CatalogStage } from './catalog-stage';

/** Counts reads, and delays or fails them on request. */
class ReadStore implements TableStore {
  reads = 0;
  isDown = false;
  #held: (() => void)[] | undefined;
  readonly query: TableStore['query'];
  readonly write: TableStore['write'];
  readonly transact: TableStore['transact'];
  readonly #inner: TableStore;

  constructor(inner: TableStore) {
    this.#inner = inner;
    this.query = (query) => inner.query(query);
    this.write = (write) => inner.write(write);
    this.transact = (writes, token) => inner.transact(writes, token);
  }

  hold(): void {
    this.#held = [];
  }

  letGo(): void {
    for (const go of this.#held ?? []) go();
    this.#held = undefined;
  }

  async get(get: Get): Promise<Item | undefined> {
    this.reads += 1;
    if (this.#held) await new Promise<void>((resolve) => this.#held?.push(resolve));
    if (this.isDown) throw new StoreUnavailable('ECONNRESET');
    return this.#inner.get(get);
  }
}

async function processes() {
  const stage = new CatalogStage();
  const store = new ReadStore(stage.engine);
  return { stage, store, live: await stage.open(store) };
}

const disable = { kind: 'provider', provider: 'alpha', enabled: false } as const;
const firstOf = (catalog: Catalog): string | undefined => catalog.targets('one', 'chat')[0]?.provider.id;
const served = async (live: LiveCatalog): Promise<string | undefined> => firstOf(await live.current());

describe('the catalog of a process', () => {
  test('a process reads one small item every few seconds, and nothing per request', async () => {
    const { stage, store, live } = await processes();
    expect(store.reads).toBe(1);
    for (let requests = 0; requests < 1_000; requests += 1) expect(live.current()).not.toBeInstanceOf(Promise);
    expect(store.reads).toBe(1);
    stage.now += 4_000;
    for (let requests = 0; requests < 1_000; requests += 1) expect(live.current()).not.toBeInstanceOf(Promise);
    await live.settled();
    expect(store.reads).toBe(2);
    expect(stage.lines).toEqual([]);
  });

  test('a process serves another’s change within ten seconds of its commit, however often it is asked', async () => {
    for (let everyMs = 100; everyMs <= 20_000; everyMs += 1_900) {
      const { stage, live } = await processes();
      await live.current();
      await stage.set(disable);
      const changedAt = stage.now;
      while (stage.now < changedAt + 30_000) {
        stage.now += everyMs;
        const provider = await served(live);
        if (stage.now >= changedAt + 10_000) expect([everyMs, provider]).toEqual([everyMs, 'mirror']);
        await live.settled();
      }
    }
  });

  test('the catalog is served during a background read, and waited for once it is too old', async () => {
    const { stage, store, live } = await processes();
    await stage.set(disable);
    store.hold();
    stage.now += 5_000;
    expect(firstOf(await live.current())).toBe('alpha');
    stage.now += 4_000;
    const waiting = served(live);
    store.letGo();
    expect(await waiting).toBe('mirror');
    expect(stage.lines).toEqual(['CATALOG_CHANGED']);
  });

  test('after a failed read the last catalog is kept, the failure is logged, and the read is retried soon', async () => {
    const { stage, store, live } = await processes();
    await stage.set(disable);
    store.isDown = true;
    stage.now += 60_000;
    expect(await served(live)).toBe('alpha');
    expect(stage.lines).toEqual(['CATALOG_NOT_REFRESHED']);
    expect(live.current()).not.toBeInstanceOf(Promise);
    expect(store.reads).toBe(2);
    store.isDown = false;
    stage.now += 1_000;
    await live.current();
    await live.settled();
    expect(await served(live)).toBe('mirror');
  });

  test('a state of an unknown format is ignored, and the last catalog is kept', async () => {
    const { stage, live } = await processes();
    await stage.set(disable);
    const [table, change] = [CATALOG, { set: { format: 2n } }];
    await stage.engine.write({ table, update: CATALOG_STATE_KEY, change });
    stage.now += 60_000;
    expect(await served(live)).toBe('alpha');
    expect(stage.lines).toEqual(['CATALOG_NOT_REFRESHED']);
  });

  test('the catalog does not open without a first read', async () => {
    const { stage, store } = await processes();
    store.isDown = true;
    await expect(stage.open(store)).rejects.toBeInstanceOf(StoreUnavailable);
  });

  test('a clock that was set back does not make an old catalog look fresh', async () => {
    const { stage, live } = await processes();
    stage.now += 3_600_000;
    await live.current();
    await stage.set(disable);
    stage.now -= 1_800_000;
    await live.current();
    expect(stage.lines).toContain('CATALOG_CHANGED');
  });
});
