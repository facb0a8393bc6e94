import { calcPrice, type MatchLogic, type ModelInfo } from '@pydantic/genai-prices';

/**
 * Names that the providers publish and the price source knows by a pattern only. A pattern never becomes an alias:
 * `claude-sonnet-5…` would price a `claude-sonnet-5-5` that nobody has priced. A name is added here by a person.
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

/** The names that mean this model, exactly: its id, those that its patterns spell out, and reviewed ones they match. */
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

/** A name may match several models; the source itself says which it means. */
function resolveName(provider: string, name: string): string | undefined {
  return calcPrice({}, name, { providerId: provider })?.model.id;
}
