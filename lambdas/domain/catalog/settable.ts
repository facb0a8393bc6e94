import type { CatalogData } from '../../contracts/storage/catalog';
import type { OperatorSetting } from '../../contracts/storage/catalog-changes';
import { modelsAt } from './approval';
import { catalogAt } from './catalog-at';
import { CatalogConflict, CatalogInvalid } from './catalog-errors';
import { settingsAt, type Timelines } from './timelines';

interface Circumstances {
  /** The models as they are served from `from` on. */
  readonly served: Timelines;
  readonly from: string;
  readonly compiled: CatalogData;
  /** Undefined if the providers are unknown. */
  readonly providerIds: readonly string[] | undefined;
}

/**
 * Refuses settings with unknown names, because a mistyped name would be set without effect.
 * @throws CatalogConflict
 */
export function expectSettable(setting: OperatorSetting, circumstances: Circumstances): void {
  const { compiled } = circumstances;
  switch (setting.kind) {
    case 'provider':
      return expectProvider(setting.provider, circumstances);
    case 'hidden':
      // A hidden model may have left the list since, and it must still be possible to show it again.
      return setting.hidden ? expectModel(setting.model, circumstances) : undefined;
    case 'alias':
      if (setting.model === null) return undefined;
      expectName(setting.model, circumstances);
      return expectFree(setting.alias, circumstances);
    case 'route':
      if (setting.route === null) return undefined;
      expectModel(setting.model, circumstances);
      for (const provider of setting.route.providers) expectProvider(provider, circumstances);
      return undefined;
    case 'markup': {
      const [list = ''] = setting.on.split('/', 1);
      const model = setting.on.slice(list.length + 1);
      if (setting.on !== 'all' && !Object.hasOwn(compiled.providers, list))
        throw new CatalogConflict(`There is no price list ${list}.`);
      return model === '' ? undefined : expectModel(model, circumstances, list);
    }
  }
}

/**
 * Refuses settings that would make one name mean two models, now or later.
 * @throws CatalogConflict
 */
export function requireUniqueNames(timelines: Timelines, compiled: CatalogData, from: string): void {
  const providers = Object.keys(compiled.providers).map((id) => ({ id, dialect: 'openai' as const, baseUrl: '' }));
  const later = [...timelines.values()].flatMap((entries) => entries.flatMap((entry) => entry.from));
  for (const moment of new Set([from, ...later.filter((other) => other > from)])) {
    expectOwnAliases(timelines, moment);
    try {
      catalogAt(timelines, { list: compiled, providers }, moment);
    } catch (error) {
      throw error instanceof CatalogInvalid ? new CatalogConflict(`Refused: ${error.message}.`) : error;
    }
  }
}

/** An alias must not be the name of a model: a client would ask for that model and another would answer. */
function expectOwnAliases(timelines: Timelines, from: string): void {
  for (const { alias, model } of settingsAt(timelines, 'alias', from)) {
    if (model !== null) expectFree(alias, { served: timelines, from });
  }
}

function expectProvider(id: string, { providerIds }: Circumstances): void {
  if (providerIds?.includes(id) === false)
    throw new CatalogConflict(`There is no provider ${id} in the configuration.`);
}

function expectModel(id: string, { served, from }: Circumstances, list?: string): void {
  const isKnown = modelsAt(served, from).some(
    ({ model, list: ofModel }) => model === id && (list === undefined || ofModel === list),
  );
  if (!isKnown) throw new CatalogConflict(`There is no model ${id}.`);
}

function expectName(name: string, circumstances: Circumstances): void {
  if (!namesAt(circumstances).has(name)) throw new CatalogConflict(`There is no model ${name}.`);
}

function expectFree(name: string, circumstances: Pick<Circumstances, 'served' | 'from'>): void {
  if (namesAt(circumstances).has(name)) throw new CatalogConflict(`The name ${name} belongs to a model.`);
}

const namesAt = ({ served, from }: Pick<Circumstances, 'served' | 'from'>): ReadonlySet<string> =>
  new Set(modelsAt(served, from).flatMap(({ model, definition }) => [model, ...definition.aliases]));
