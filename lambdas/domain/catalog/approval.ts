import type { CatalogData, Model, ModelDefinition, PriceTier } from '../../contracts/storage/catalog';
import type { CatalogEntry } from '../../contracts/storage/catalog-changes';
import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { priceEntries, withMarkup } from './customer-prices';
import { fold, listed, NOTHING_SET, settingAt, settingsAt, timelineOf, type Timelines } from './timelines';

const ALWAYS = isoTime(0);

/** The approval of a price list, whole or in part. */
export interface Approval {
  readonly candidate: CatalogData;
  /** Whether the approval removes models that the list does not have. */
  readonly complete: boolean;
  /** As `<list>/<model>`. @default all */
  readonly models?: readonly string[] | undefined;
  readonly from: string;
  /** The number of the change that the approval makes. */
  readonly number: number;
}

/** The settings of an approval: only those that differ from the ones in force or scheduled. */
export function approvalEntries(timelines: Timelines, approval: Approval): readonly CatalogEntry[] {
  const { candidate, complete, models, from, number } = approval;
  const isApproved = (name: string): boolean => models === undefined || models.includes(name);
  const entries: CatalogEntry[] = [];
  const known = new Set<string>();
  for (const [list, listedModels] of Object.entries(candidate.providers)) {
    for (const model of listedModels) {
      const name = listed({ list, model: model.id });
      known.add(name);
      if (isApproved(name)) entries.push(...modelEntries(timelines, list, model, from));
    }
  }
  if (complete) {
    for (const { list, model } of modelsAt(timelines, from)) {
      const name = listed({ list, model });
      // A list that is not in the candidate is not changed.
      const isRemoved = Object.hasOwn(candidate.providers, list) && !known.has(name);
      if (isRemoved && isApproved(name)) {
        entries.push({ from, setting: { kind: 'model', list, model, definition: null } });
      }
    }
  }
  return [...entries, ...pricesOf(timelines, entries, from, number)];
}

/** The named models that the proposal does not contain: a mistyped name would approve nothing. */
export function unknownModels(
  timelines: Timelines,
  { candidate, complete, models = [], from }: Approval,
): readonly string[] {
  const names = Object.entries(candidate.providers).flatMap(([list, listedModels]) =>
    listedModels.map(({ id }) => listed({ list, model: id })),
  );
  const known = new Set([...names, ...(complete ? modelsAt(timelines, from).map(listed) : [])]);
  return models.filter((name) => !known.has(name));
}

/** The compiled price list, which is served until a list is approved, as timelines that have always been in force. */
export function compiledTimelines(list: CatalogData): Timelines {
  const entries = Object.entries(list.providers).flatMap(([name, models]) =>
    models.flatMap((model): CatalogEntry[] => [
      ...definitionEntry(name, model, ALWAYS),
      ...model.prices.flatMap(({ version, from, tiers }): CatalogEntry[] => {
        const of = { list: name, model: model.id, tiers: ordered(tiers) };
        const at = momentOf(from);
        return [
          { from: at, setting: { kind: 'cost', ...of } },
          { from: at, setting: { kind: 'price', ...of, version } },
        ];
      }),
    ]),
  );
  return fold(NOTHING_SET, entries);
}

/** The approved models at a moment. */
export function modelsAt(
  timelines: Timelines,
  at: string,
): readonly { readonly list: string; readonly model: string; readonly definition: ModelDefinition }[] {
  return settingsAt(timelines, 'model', at).flatMap(({ list, model, definition }) =>
    definition === null ? [] : [{ list, model, definition }],
  );
}

function modelEntries(timelines: Timelines, list: string, model: Model, from: string): readonly CatalogEntry[] {
  const name = listed({ list, model: model.id });
  const definition = definitionEntry(list, model, from);
  const current = timelineOf(timelines, 'model', name);
  const isDefined =
    textOf(current.findLast((entry) => entry.from <= from)?.setting) === textOf(definition[0]?.setting) &&
    current.every((entry) => entry.from <= from);
  const costs = costsFrom(model, from);
  const currentCosts = timelineOf(timelines, 'cost', name);
  const inForce = settingAt(timelines, 'cost', name, from);
  const approved = [
    ...(inForce ? [{ from, tiers: inForce.tiers }] : []),
    ...currentCosts.flatMap((entry) => (entry.from > from ? [{ from: entry.from, tiers: entry.setting.tiers }] : [])),
  ];
  const isPriced = JSON.stringify(approved) === JSON.stringify(costs);
  const costEntries = costs.map((cost): CatalogEntry => ({
    from: cost.from,
    setting: { kind: 'cost', list, model: model.id, tiers: cost.tiers },
  }));
  return [...(isDefined ? [] : definition), ...(isPriced ? [] : costEntries)];
}

/** The cost in force at a moment, restated from that moment, and the later ones. Consecutive equal costs are merged. */
function costsFrom(model: Model, from: string): readonly { readonly from: string; readonly tiers: PriceTier[] }[] {
  const costs: { from: string; tiers: PriceTier[] }[] = [];
  const current = model.prices.findLast((version) => momentOf(version.from) <= from);
  const later = model.prices.filter((version) => momentOf(version.from) > from);
  for (const version of [...(current ? [{ ...current, from }] : []), ...later]) {
    const tiers = ordered(version.tiers);
    if (JSON.stringify(costs.at(-1)?.tiers) !== JSON.stringify(tiers)) {
      costs.push({ from: momentOf(version.from), tiers });
    }
  }
  return costs;
}

/** The prices of the models that the entries change. */
function pricesOf(
  timelines: Timelines,
  entries: readonly CatalogEntry[],
  from: string,
  number: number,
): readonly CatalogEntry[] {
  const after = fold(timelines, entries);
  const priced = new Map(
    entries.flatMap(({ setting }) => {
      if (setting.kind !== 'cost') return [];
      return [[listed(setting), { list: setting.list, model: setting.model }]] as const;
    }),
  );
  return [...priced.values()].flatMap((model) => priceEntries(after, model, from, number));
}

function definitionEntry(list: string, { id, prices: _prices, ...given }: Model, from: string): CatalogEntry[] {
  const { aliases, endpoints, contextTokens, outputTokensMax } = given;
  const definition = { aliases, endpoints, contextTokens, outputTokensMax };
  return [{ from, setting: { kind: 'model', list, model: id, definition } }];
}

const textOf = (setting: CatalogEntry['setting'] | undefined): string => JSON.stringify(setting ?? null);
const momentOf = (from: string): string => isoTime(Date.parse(from));
/** Puts the units in their fixed order, so that equal prices serialise to equal text. */
const ordered = (tiers: readonly PriceTier[]): PriceTier[] => withMarkup(tiers, 0);
