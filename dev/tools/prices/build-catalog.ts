import { findProvider, type ModelInfo } from '@pydantic/genai-prices';
import { type CatalogData, catalogSchema, type Model } from '../../../lambdas/contracts/storage/catalog';
import manifest from '../../../package.json';
import { limitsOf } from './limits';
import { exactNames } from './exact-names';
import { UnsupportedPrice, priceVersions } from './price-versions';
import { entriesAbout, type SecondSourceModel, secondSource } from './second-source';
import { hasOutput, servedAt } from './served-at';

export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

/** The result of importing one provider's models. */
export interface ImportedProvider {
  readonly provider: string;
  readonly models: readonly Model[];
  /** Names that have a price in the source but are not in the catalog. */
  readonly leftOut: readonly LeftOut[];
}

export const PROVIDERS = ['anthropic', 'openai'] as const;

/** Imports one provider. All lists are sorted, so that the same sources give the same bytes. */
export function importProvider(provider: string): ImportedProvider {
  const source = findProvider({ providerId: provider });
  if (source === undefined) throw new Error(`the price source has no provider ${provider}`);
  const second = secondSource(provider);
  const imported = source.models.map((model) => importModel(provider, model, second));
  return {
    provider,
    models: imported.flatMap(({ model }) => model ?? []).sort((one, other) => compare(one.id, other.id)),
    leftOut: imported.flatMap(({ leftOut }) => leftOut).sort((one, other) => compare(one.name, other.name)),
  };
}

/** @throws z.ZodError when the catalog violates its contract; the data plane reads it without checking */
export function buildCatalog(imported: readonly ImportedProvider[]): CatalogData {
  const source = `@pydantic/genai-prices@${manifest.devDependencies['@pydantic/genai-prices']}`;
  return catalogSchema.parse({
    source,
    providers: Object.fromEntries(imported.map(({ provider, models }) => [provider, models])),
  });
}

interface ImportedModel {
  readonly model: Model | undefined;
  readonly leftOut: readonly LeftOut[];
}

function importModel(provider: string, source: ModelInfo, second: readonly SecondSourceModel[]): ImportedModel {
  const { id } = source;
  const names = exactNames(provider, source);
  const without = (reason: string) => ({ model: undefined, leftOut: names.map((name) => ({ name, reason })) });
  const served = servedAt(provider, id);
  if ('leftOut' in served) return without(served.leftOut);
  try {
    const prices = [...priceVersions(provider, id, source.prices)];
    const leftOut = names.flatMap((name) => leftOutAlias(provider, name));
    const kept = names.filter((name) => !leftOut.some((left) => left.name === name));
    const tierMax = Math.max(...prices.flatMap(({ tiers }) => tiers.map((tier) => tier.abovePromptTokens)));
    const stated = entriesAbout(kept, second);
    const limits = limitsOf({ id, contextTokens: source.context_window, second: stated, tierMax });
    const outputTokensMax = hasOutput(served.endpoints) ? limits.outputTokensMax : 0;
    const aliases = kept.filter((name) => name !== id);
    return { model: { id, aliases, endpoints: [...served.endpoints], ...limits, outputTokensMax, prices }, leftOut };
  } catch (error) {
    if (error instanceof UnsupportedPrice) return without(error.message);
    throw error;
  }
}

function leftOutAlias(provider: string, name: string): readonly LeftOut[] {
  const served = servedAt(provider, name);
  return 'leftOut' in served ? [{ name, reason: served.leftOut }] : [];
}

/** Compares by code unit, so that the order does not depend on the machine's locale. */
function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
