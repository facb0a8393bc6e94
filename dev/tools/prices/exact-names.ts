import { calcPrice, type MatchLogic, type ModelInfo } from '@pydantic/genai-prices';

/**
 * Names that a provider publishes but the price source covers only by a pattern. Patterns never become aliases, because
 * `claude-sonnet-5…` would also give a price to a `claude-sonnet-5-5` that has none. Each name was added after review.
 */
const REVIEWED_NAMES: { readonly [provider: string]: readonly string[] } = {
  openai: ['gpt-4.5-preview-2025-02-27', 'gpt-5-nano-2025-08-07'],
  anthropic: [
    'claude-2.0',
    'claude-2.1',
    'claude-3-5-haiku-20241022',
    'claude-3-5-haiku-latest',
    'claude-3-5-sonnet-20240620',
    'claude-3-5-sonnet-20241022',
    'claude-3-5-sonnet-latest',
    'claude-3-7-sonnet-20250219',
    'claude-3-7-sonnet-latest',
    'claude-3-haiku-20240307',
    'claude-3-opus-20240229',
    'claude-3-opus-latest',
    'claude-3-sonnet-20240229',
    'claude-haiku-4-5-20251001',
    'claude-opus-4-1-20250805',
    'claude-opus-4-5-20251101',
    'claude-sonnet-4-20250514',
    'claude-sonnet-4-5-20250929',
  ],
};

/** The exact names of a model: its ID, names that the source lists literally, and reviewed names that match it. */
export function exactNames(provider: string, model: ModelInfo): readonly string[] {
  const candidates = [model.id, ...literalNames(model.match), ...(REVIEWED_NAMES[provider] ?? [])];
  return [...new Set(candidates)]
    .filter((name) => name === model.id || resolveName(provider, name) === model.id)
    .sort();
}

function literalNames(match: MatchLogic): readonly string[] {
  if ('equals' in match) return [match.equals];
  return 'or' in match ? match.or.flatMap(literalNames) : [];
}

/** Asks the source which model a name stands for, because a name may match the patterns of several. */
function resolveName(provider: string, name: string): string | undefined {
  return calcPrice({}, name, { providerId: provider })?.model.id;
}
