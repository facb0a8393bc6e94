import { DEPLOYMENT_CHAIN } from '../../contracts/storage/audit-event';
import { type CatalogData, catalogSchema, type PriceVersion } from '../../contracts/storage/catalog';
import type { CatalogChange, CatalogEntry, OperatorSetting, Proposal } from '../../contracts/storage/catalog-changes';
import { operatorSettingsSchema, PRICE_LEAD_MS } from '../../contracts/storage/catalog-changes';
import {
  CATALOG_CHANGES_PARTITION,
  CATALOG_STATE_KEY,
  catalogChangeKey,
} from '../../contracts/storage/table-keys/catalog';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { CATALOG } from '../../contracts/storage/tables';
import type { Actor } from '../access/actor';
import type { AuditLog } from '../audit/audit-log';
import type { Clock } from '../clock';
import { VersionMismatch } from '../errors/refusal';
import type { PageOf, PageRequest } from '../table/page';
import { readPage } from '../table/page';
import type { TableStore } from '../table/table-store';
import { approvalEntries, compiledTimelines, unknownModels } from './approval';
import { isAdopted } from './catalog-at';
import type { ModelDifference } from './catalog-diff';
import { catalogDiff } from './catalog-diff';
import { BeginsTooSoon, CatalogConflict, CatalogNotAdopted } from './catalog-errors';
import { changeWrites, decodeChange } from './catalog-item';
import { type CatalogState, decodeState, EMPTY_STATE } from './catalog-state';
import { changeOfVersion, priceEntries } from './customer-prices';
import { expectSettable, requireUniqueNames } from './settable';
import { fold, type Timelines } from './timelines';

export interface CatalogChangesOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
  /** The compiled price list, which is served until a list is approved. */
  readonly compiled: CatalogData;
  /** Ids of the configured providers. @default unknown: any id is accepted */
  readonly providerIds?: readonly string[] | undefined;
}

/** A change of the catalog, and its author. */
interface Changing {
  readonly actor: Actor;
  /** The time from which it holds; ISO 8601, UTC. @default the earliest time allowed */
  readonly from?: string | undefined;
  /** The version of the catalog that was read. @default any */
  readonly version?: number | undefined;
}

/** The approval of a proposal, whole or by model (`<list>/<model>`). */
export interface ProposalApproval extends Changing {
  readonly proposal: Proposal;
  readonly models?: readonly string[] | undefined;
}

/** The deployment's own changes of the catalog. They are numbered, effective-dated and immutable. */
export class CatalogChanges {
  readonly #options: CatalogChangesOptions;

  constructor(options: CatalogChangesOptions) {
    this.#options = options;
  }

  async state(): Promise<CatalogState> {
    const item = await this.#options.store.get({ table: CATALOG, key: CATALOG_STATE_KEY });
    return item ? decodeState(item) : EMPTY_STATE;
  }

  /** A page of the changes, newest first. */
  page(request: PageRequest): Promise<PageOf<CatalogChange>> {
    const query = { table: CATALOG, partition: CATALOG_CHANGES_PARTITION, newestFirst: true };
    return readPage(this.#options.store, query, request, decodeChange);
  }

  /** Finds the price version that a charge names, in force or not. Versions are kept forever. */
  async findVersion(version: string): Promise<PriceVersion | undefined> {
    const number = changeOfVersion(version);
    if (number === undefined) return undefined;
    const item = await this.#options.store.get({ table: CATALOG, key: catalogChangeKey(number) });
    const entries = item ? decodeChange(item).entries : [];
    for (const { from, setting } of entries) {
      if (setting.kind === 'price' && setting.version === version) return { version, from, tiers: setting.tiers };
    }
    return undefined;
  }

  /**
   * Applies an operator's settings. A markup makes new price versions for the models that it applies to.
   * @throws CatalogConflict
   * @throws CatalogNotAdopted
   * @throws BeginsTooSoon
   * @throws VersionMismatch
   */
  async change(change: Changing & { readonly settings: readonly OperatorSetting[] }): Promise<CatalogState> {
    const settings = operatorSettingsSchema.parse(change.settings);
    const changesPrices = settings.some(({ kind }) => kind === 'markup');
    const leadMs = changesPrices ? PRICE_LEAD_MS : 0;
    return this.#commit({ ...change, action: 'catalog.change', leadMs }, ({ timelines }, from, number) => {
      if (changesPrices && !isAdopted(timelines, from)) throw new CatalogNotAdopted();
      const { compiled, providerIds } = this.#options;
      const served = isAdopted(timelines, from) ? timelines : compiledTimelines(compiled);
      for (const setting of settings) expectSettable(setting, { served, from, compiled, providerIds });
      const entries = settings.map((setting): CatalogEntry => ({ from, setting }));
      // Check aliases only, so that a provider can be disabled even if other parts of the catalog are invalid.
      const givesName = settings.some((setting) => setting.kind === 'alias' && setting.model !== null);
      if (givesName) requireUniqueNames(fold(timelines, entries), compiled, from);
      return changesPrices ? [...entries, ...repriced(fold(timelines, entries), from, number)] : entries;
    });
  }

  /** The differences that an approval of the list would make, from the earliest time allowed. */
  async diff(list: CatalogData, complete: boolean): Promise<readonly ModelDifference[]> {
    const { timelines, at, number } = await this.state();
    const from = this.#earliest(at, PRICE_LEAD_MS);
    const approval = { candidate: list, complete, from, number: number + 1 };
    const before = isAdopted(timelines, from) ? timelines : compiledTimelines(this.#options.compiled);
    return catalogDiff(before, fold(before, approvalEntries(before, approval)), from);
  }

  /**
   * Puts a proposal's prices and models into force. The first approval must be of a complete list as a whole; from then
   * on only approved models are served. An approval that changes nothing has no effect.
   * @throws CatalogConflict
   * @throws CatalogNotAdopted
   * @throws BeginsTooSoon
   * @throws VersionMismatch
   */
  async approve({ proposal, models, ...change }: ProposalApproval): Promise<CatalogState> {
    const { id: proposalId, complete } = proposal;
    const { data: candidate } = catalogSchema.safeParse(proposal.list);
    if (!candidate) throw new CatalogConflict('The proposal has parts that are not known here: make a new one.');
    const { compiled } = this.#options;
    const action = 'catalog.approve' as const;
    return this.#commit({ ...change, action, leadMs: PRICE_LEAD_MS, proposalId }, (state, from, number) => {
      const adopted = isAdopted(state.timelines, from);
      if (!adopted && (!complete || models !== undefined || lacksList(candidate, compiled)))
        throw new CatalogNotAdopted();
      const adoption: CatalogEntry[] = adopted ? [] : [{ from, setting: { kind: 'adoption' } }];
      const approval = { candidate, complete, models, from, number };
      const [unknown] = unknownModels(state.timelines, approval);
      if (unknown !== undefined) throw new CatalogConflict(`The proposal does not contain ${unknown.slice(0, 160)}.`);
      const approved = approvalEntries(state.timelines, approval);
      const entries = [...adoption, ...approved];
      requireUniqueNames(fold(state.timelines, entries), compiled, from);
      return entries;
    });
  }

  async #commit(
    change: Changing & {
      readonly action: 'catalog.change' | 'catalog.approve';
      readonly leadMs: number;
      readonly proposalId?: string;
    },
    entriesOf: (state: CatalogState, from: string, number: number) => readonly CatalogEntry[],
  ): Promise<CatalogState> {
    const { actor, action, version, proposalId } = change;
    const state = await this.state();
    if (version !== undefined && version !== state.number) throw new VersionMismatch();
    const earliest = this.#earliest(state.at, change.leadMs);
    const from = change.from === undefined ? earliest : isoTime(Date.parse(change.from));
    if (from < earliest) throw new BeginsTooSoon(earliest);
    const number = state.number + 1;
    const entries = [...entriesOf(state, from, number)];
    if (entries.length === 0) return state;
    const at = this.#earliest(state.at, 0);
    const made: CatalogChange = {
      number,
      at,
      action,
      entries,
      ...(proposalId !== undefined && { proposalId }),
    };
    const { writes, state: after } = changeWrites(made, state);
    const target = `catalog@${number}`;
    await this.#options.audit.record({ chain: DEPLOYMENT_CHAIN, actor, action, target, writes });
    return after;
  }

  /** A clock that runs behind the one of the last change must not allow changes in the past. */
  #earliest(lastAt: string | undefined, leadMs: number): string {
    return isoTime(Math.max(this.#options.clock(), lastAt === undefined ? 0 : Date.parse(lastAt)) + leadMs);
  }
}

/** New prices for every model whose price a markup changes. */
function repriced(timelines: Timelines, from: string, number: number): readonly CatalogEntry[] {
  return [...timelines.values()].flatMap(([first]) =>
    first?.setting.kind === 'cost' ? priceEntries(timelines, first.setting, from, number) : [],
  );
}

const lacksList = (candidate: CatalogData, compiled: CatalogData): boolean =>
  Object.keys(compiled.providers).some((list) => !Object.hasOwn(candidate.providers, list));
