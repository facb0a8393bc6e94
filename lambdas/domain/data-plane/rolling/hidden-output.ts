/**
 * The models of the price lists that bill nothing but what the client sees, reviewed by hand. The price list does not
 * say which models reason: it has a price for the reasoning of each. Names must match exactly, as everywhere in the
 * catalog, because a model that reasons may be named after one that does not. Claude's models are missing: all that are
 * still served can think, and Anthropic passes on a summary of it or nothing at all.
 */
const NOTHING_HIDDEN: ReadonlySet<string> = new Set([
  'gpt-3.5-turbo',
  'gpt-4',
  'gpt-4-turbo',
  'gpt-4.1',
  'gpt-4.1-mini',
  'gpt-4.1-nano',
  'gpt-4o',
  'gpt-4o-2024-05-13',
  'gpt-4o-mini',
]);

/** Whether the model can bill output that the client does not see. An unknown model can. */
export const hidesOutput = (modelId: string): boolean => !NOTHING_HIDDEN.has(modelId);
