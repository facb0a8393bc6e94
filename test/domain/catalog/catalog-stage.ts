import { EmbeddedStore } from '../../../lambdas/adapters/embedded/embedded-store';
import type { AuditEvent } from '../../../lambdas/contracts/storage/audit-event';
import type {
  CatalogData,
  Model,
  PriceVersion,
  ProviderSettings,
  UnitPrices,
} from '../../../lambdas/contracts/storage/catalog';
import type { OperatorSetting } from '../../../lambdas/contracts/storage/catalog-changes';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { AuditLog } from '../../../lambdas/domain/audit/audit-log';
import { verifyAudit } from '../../../lambdas/domain/audit/verify-audit';
import { CatalogChanges } from '../../../lambdas/domain/catalog/catalog-changes';
import type { CatalogState } from '../../../lambdas/domain/catalog/catalog-state';
import { LiveCatalog } from '../../../lambdas/domain/catalog/live-catalog';
import { priceAt } from '../../../lambdas/domain/catalog/price';
import { Proposals } from '../../../lambdas/domain/catalog/proposals';
import type { Log } from '../../../lambdas/domain/log';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { FaultyStore } from '../wallet/faulty-store';
import { catalogOf, modelOf, versionOf } from './example-catalog';

export const PROVIDERS: readonly ProviderSettings[] = [
  { id: 'alpha', dialect: 'openai', baseUrl: 'https://alpha.example/v1' },
  { id: 'mirror', dialect: 'openai', baseUrl: 'https://mirror.example/v1', catalog: 'alpha' },
  { id: 'beta', dialect: 'anthropic', baseUrl: 'https://beta.example' },
];

/** A model at one price. */
export const priced = (id: string, prices: UnitPrices, more: Partial<Model> = {}): Model =>
  modelOf({ id, prices: [versionOf([0, prices])], ...more });

export const COMPILED = catalogOf({
  alpha: [priced('one', { input: 10, output: 20 }, { aliases: ['one-dated'] }), priced('two', { input: 3 })],
  beta: [priced('three', { input: 7, output: 9 }, { endpoints: ['messages'] })],
});

export const MINUTE_MS = 60_000;

/** The catalog's administration over a store that can fail, with a clock that the test controls. */
export class CatalogStage {
  now = Date.parse('2026-11-20T10:00:00.000Z');
  readonly lines: string[] = [];
  readonly engine: TableStore;
  readonly store: FaultyStore;
  readonly clock = (): number => this.now;
  readonly changes: CatalogChanges;
  readonly proposals: Proposals;
  readonly audit: AuditLog;
  readonly log: Log;

  constructor(engine?: TableStore) {
    const { clock } = this;
    const write = (code: string): void => void this.lines.push(code);
    this.log = { info: write, warn: write, error: write };
    this.engine = engine ?? EmbeddedStore.memory({ clock });
    this.store = new FaultyStore(this.engine);
    const { store } = this;
    this.audit = new AuditLog({ store, clock, random: () => 0.5, sleep: () => Promise.resolve() });
    const parts = { store, clock, audit: this.audit, compiled: COMPILED };
    this.changes = new CatalogChanges({ ...parts, providerIds: PROVIDERS.map(({ id }) => id) });
    this.proposals = new Proposals(parts);
  }

  /** A process of the data plane. */
  open(store: TableStore = this.store): Promise<LiveCatalog> {
    const { clock, log } = this;
    return LiveCatalog.open({ store, clock, log, list: COMPILED, providers: PROVIDERS });
  }

  set(...settings: readonly OperatorSetting[]): Promise<CatalogState> {
    return this.changes.change({ settings, actor: DEPLOYMENT });
  }

  /** Proposes a list and approves it, at once and as a whole. */
  async approve(list: CatalogData, complete = true): Promise<CatalogState> {
    const proposal = await this.proposals.propose({ list, complete, actor: DEPLOYMENT });
    return this.changes.approve({ proposal, actor: DEPLOYMENT });
  }

  /** Approves the compiled list and lets it come into force. */
  async adopt(): Promise<void> {
    await this.approve(COMPILED);
    this.now += MINUTE_MS;
  }

  /** The price of a model in a process that starts now. */
  async price(name: string, endpoint: 'chat' | 'messages' = 'chat'): Promise<PriceVersion | undefined> {
    const catalog = await (await this.open(this.engine)).current();
    const [target] = catalog.targets(name, endpoint);
    return target && priceAt(target.model, this.now);
  }

  async targets(name: string): Promise<readonly string[]> {
    const catalog = await (await this.open(this.engine)).current();
    return catalog.targets(name, 'chat').map(({ provider }) => provider.id);
  }

  /** Oldest first. */
  async events(): Promise<readonly AuditEvent[]> {
    expect(await verifyAudit({ store: this.engine, clock: this.clock, chain: 'deployment' })).toMatchObject({
      faults: [],
    });
    return (await this.audit.page('deployment', { limit: 1_000 })).items.toReversed();
  }
}
