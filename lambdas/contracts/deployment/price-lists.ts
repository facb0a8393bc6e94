/** The providers with imported prices. A test compares this list with lambdas/domain/catalog/generated/prices.json. */
export const PRICE_LISTS = ['anthropic', 'openai'] as const;
