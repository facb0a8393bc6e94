/** The providers whose prices are imported (lambdas/domain/catalog/generated/prices.json). A test compares the two. */
export const PRICE_LISTS = ['anthropic', 'openai'] as const;
