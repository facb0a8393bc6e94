import type { CatalogData, Model, PriceVersion, UnitPrices } from '../../../lambdas/contracts/storage/catalog';

export function versionOf(
  ...tiers: readonly (readonly [abovePromptTokens: number, picoPerToken: UnitPrices])[]
): PriceVersion {
  return {
    version: 'example/model@1970-01-01#00000000',
    from: '1970-01-01T00:00:00.000Z',
    tiers: tiers.map(([abovePromptTokens, picoPerToken]) => ({ abovePromptTokens, picoPerToken })),
  };
}

export function modelOf(given: Partial<Model> & { readonly id: string }): Model {
  return {
    aliases: [],
    endpoints: ['chat'],
    contextTokens: 1_000,
    outputTokensMax: 100,
    prices: [versionOf([0, { input: 1, output: 2 }])],
    ...given,
  };
}

export function catalogOf(providers: { readonly [provider: string]: readonly Model[] }): CatalogData {
  return {
    source: 'example',
    providers: Object.fromEntries(Object.entries(providers).map(([id, models]) => [id, [...models]])),
  };
}
