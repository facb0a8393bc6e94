import type { CatalogData, Model, ProviderSettings } from '../../contracts/storage/catalog';
import { modelsAt } from './approval';
import { Catalog } from './catalog';
import { listed, settingAt, settingsAt, timelineOf, type Timelines } from './timelines';

/** The part of the catalog that comes with the deployment rather than from its table. */
export interface CatalogBase {
  /** The compiled price list. */
  readonly list: CatalogData;
  /** The configured providers, in the order in which they are tried. */
  readonly providers: readonly ProviderSettings[];
}

export const isAdopted = (timelines: Timelines, at: string): boolean =>
  settingAt(timelines, 'adoption', '', at) !== undefined;

/**
 * The catalog that is in force at a given moment.
 * @throws CatalogInvalid
 */
export function catalogAt(timelines: Timelines, { list, providers }: CatalogBase, at: string): Catalog {
  const data = isAdopted(timelines, at) ? approvedList(timelines, list, at) : list;
  return new Catalog(data, providers, {
    disabled: new Set(
      settingsAt(timelines, 'provider', at).flatMap(({ provider, enabled }) => (enabled ? [] : [provider])),
    ),
    hidden: new Set(settingsAt(timelines, 'hidden', at).flatMap(({ model, hidden }) => (hidden ? [model] : []))),
    aliases: new Map(
      settingsAt(timelines, 'alias', at).flatMap(({ alias, model }) => (model === null ? [] : [[alias, model]])),
    ),
    routes: new Map(
      settingsAt(timelines, 'route', at).flatMap(({ model, route }) => (route === null ? [] : [[model, route]])),
    ),
  });
}

/** The next moment at which the served catalog changes; undefined when nothing is scheduled. */
export function nextMoment(timelines: Timelines, at: string): string | undefined {
  const later = [...timelines.values()].flatMap((entries) => entries.find(({ from }) => from > at)?.from ?? []);
  return later.sort()[0];
}

/** The approved models that have a price by then. Every price list is present, even if it is empty. */
function approvedList(timelines: Timelines, base: CatalogData, at: string): CatalogData {
  const providers: { [list: string]: Model[] } = Object.fromEntries(
    Object.keys(base.providers).map((list) => [list, []]),
  );
  for (const { list, model, definition } of modelsAt(timelines, at)) {
    const prices = timelineOf(timelines, 'price', listed({ list, model })).map(({ from, setting }) => ({
      version: setting.version,
      from,
      tiers: setting.tiers,
    }));
    const isPriced = prices.some(({ from }) => from <= at);
    if (isPriced && Object.hasOwn(providers, list)) providers[list]?.push({ id: model, ...definition, prices });
  }
  return { source: 'approved', providers };
}
