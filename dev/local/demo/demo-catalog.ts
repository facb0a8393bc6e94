import type { CatalogData, EndpointId } from '../../../lambdas/contracts/storage/catalog';
import { mergeCatalogs } from '../../../lambdas/domain/catalog/catalog';
import { PRICE_LIST } from '../../../lambdas/domain/catalog/price-list';

export const DEMO_MODEL = 'demo';

const model = (endpoints: EndpointId[]) => ({
  id: DEMO_MODEL,
  aliases: [],
  endpoints,
  contextTokens: 128_000,
  outputTokensMax: 16_384,
  prices: [
    {
      version: 'demo-1',
      from: '2025-01-01T00:00:00Z',
      // $0.15 and $0.60 per million tokens, as for a typical small model.
      tiers: [{ abovePromptTokens: 0, picoPerToken: { input: 150_000, output: 600_000 } }],
    },
  ],
});

/** The demo provider speaks both dialects. A catalog allows one dialect per provider, so it appears as two. */
export const DEMO_CATALOG: CatalogData = {
  source: 'demo',
  providers: { demo: [model(['chat', 'responses', 'embeddings'])], 'demo-anthropic': [model(['messages'])] },
};

/** The compiled price list of a local run: the shipped one, and the demo model. */
export const LOCAL_PRICE_LIST = mergeCatalogs(PRICE_LIST, DEMO_CATALOG);
