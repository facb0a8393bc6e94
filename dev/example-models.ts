import type { Endpoint } from '../lambdas/contracts/storage/catalog';

/** Cheap models for example requests. The first one that the gateway serves is used. */
export const EXAMPLE_MODELS: readonly (readonly [model: string, endpoint: Endpoint])[] = [
  ['demo', 'chat'],
  ['gpt-5-nano', 'chat'],
  ['gpt-4o-mini', 'chat'],
  ['claude-haiku-4-5', 'messages'],
  ['claude-3-5-haiku-latest', 'messages'],
];
