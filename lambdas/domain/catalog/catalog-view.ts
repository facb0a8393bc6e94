import type { CatalogData, UnitPrices } from '../../contracts/storage/catalog';
import type { CatalogChange, CatalogEntry, Proposal } from '../../contracts/storage/catalog-changes';
import type { CatalogChangeView, CatalogModelView } from '../../contracts/http/catalog-views';
import { UNITS } from '../../contracts/storage/units';
import { compiledTimelines, modelsAt } from './approval';
import { isAdopted } from './catalog-at';
import { markupAt } from './customer-prices';
import { listed, settingAt, type Timelines } from './timelines';

const BY_APPROVAL: ReadonlySet<string> = new Set(['model', 'cost', 'price']);

/** The settings that an operator made, without those that an approval made. */
export const settingsOf = (entries: readonly CatalogEntry[]): CatalogEntry[] =>
  entries.filter(({ setting }) => !BY_APPROVAL.has(setting.kind));

/** The models at a moment, by list and name, with their costs and prices. */
export function viewModels(timelines: Timelines, compiled: CatalogData, at: string): readonly CatalogModelView[] {
  const served = isAdopted(timelines, at) ? timelines : compiledTimelines(compiled);
  const views = modelsAt(served, at).map(({ list, model, definition: { aliases, endpoints } }) => {
    const name = listed({ list, model });
    const price = settingAt(served, 'price', name, at);
    const costs = settingAt(served, 'cost', name, at)?.tiers ?? [];
    const tiers = (price?.tiers ?? []).map(({ abovePromptTokens, picoPerToken }, index) => ({
      abovePromptTokens,
      picoPerToken: digits(picoPerToken),
      costPicoPerToken: digits(costs[index]?.picoPerToken ?? {}),
    }));
    const basisPoints = markupAt(served, { list, model }, at);
    return { list, model, aliases, endpoints, ...(price && { priceVersion: price.version }), basisPoints, tiers };
  });
  return views.sort((one, other) => (listed(one) < listed(other) ? -1 : 1));
}

export function viewChange({ entries, ...change }: CatalogChange): CatalogChangeView {
  const models = entries.flatMap(({ setting }) => ('list' in setting ? [listed(setting)] : []));
  return { ...change, settings: settingsOf(entries), models: [...new Set(models)] };
}

export function viewProposal({ list, ...proposal }: Proposal) {
  return { ...proposal, source: list.source, models: Object.values(list.providers).flat().length };
}

function digits(prices: UnitPrices): { [unit in keyof UnitPrices]: string } {
  const texts: { [unit in keyof UnitPrices]: string } = {};
  for (const unit of UNITS) {
    const pico = prices[unit];
    if (pico !== undefined) texts[unit] = String(pico);
  }
  return texts;
}
