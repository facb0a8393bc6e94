import type { Target } from '../../catalog/catalog';
import { hidesOutput } from './hidden-output';

/** How fast a provider can produce output. Tokens that it produced beyond its pace may not be covered by the hold. */
export interface Pace {
  /** The most tokens that can arrive at once. */
  readonly burstTokens: number;
  /** The most tokens a second of one choice, over any longer time. */
  readonly tokensPerSecond: number;
  /** Whether all but a burst of what was produced has been seen, so that the bytes of an answer bound its tokens. */
  readonly isIncremental: boolean;
}

/**
 * Twice the most that was measured of a model of OpenAI or Anthropic, which publish no rates: 191 tokens a second of
 * o4-mini (https://community.openai.com/t/inference-speed-of-different-models/1307310). Others run on similar hardware.
 */
const DEFAULT_PACE = { burstTokens: 1_024, tokensPerSecond: 400 };

/**
 * A third above the fastest model that providers with special hardware advertise: about 3,000 tokens a second of
 * gpt-oss-120b (https://inference-docs.cerebras.ai/models/overview).
 */
const FAST_PACE = { burstTokens: 4_096, tokensPerSecond: 4_000 };
const FAST_LISTS: ReadonlySet<string> = new Set(['cerebras', 'groq', 'sambanova', 'fireworks_ai']);
/** The compiled price lists have none for them, so a deployment gives them another. */
const FAST_DOMAINS: ReadonlySet<string> = new Set(['cerebras.ai', 'groq.com', 'sambanova.ai', 'fireworks.ai']);

/**
 * OpenAI passes output on as it is produced. Compatible providers may not, such as Azure with its content filter.
 * Neither does Anthropic: without `eager_input_streaming`, it buffers and validates the members of a tool's input
 * (https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming).
 */
const INCREMENTAL_DOMAINS: ReadonlySet<string> = new Set(['openai.com']);

/**
 * The pace of a target by the configuration: first the facts of its model, then those of its provider, then the defaults.
 * @returns undefined when there is none, because the provider buffers its output
 */
export function paceOf({ provider, model }: Pick<Target, 'provider' | 'model'>): Pace | undefined {
  const domain = domainOf(provider.baseUrl);
  const isFast = FAST_LISTS.has(provider.catalog ?? provider.id) || FAST_DOMAINS.has(domain);
  const { models, ...ofProvider } = provider.pace ?? {};
  const ofModel = models && Object.hasOwn(models, model.id) ? models[model.id] : undefined;
  const usual = isFast ? FAST_PACE : DEFAULT_PACE;
  const delivery =
    ofModel?.delivery ?? ofProvider.delivery ?? (INCREMENTAL_DOMAINS.has(domain) ? 'incremental' : 'unknown');
  if (delivery === 'buffered') return undefined;
  const isHidden = ofModel?.hidesOutput ?? ofProvider.hidesOutput ?? hidesOutput(model.id);
  return {
    burstTokens: ofModel?.burstTokens ?? ofProvider.burstTokens ?? usual.burstTokens,
    tokensPerSecond: ofModel?.tokensPerSecond ?? ofProvider.tokensPerSecond ?? usual.tokensPerSecond,
    isIncremental: delivery === 'incremental' && !isHidden,
  };
}

/** The last two labels of the host, such as `openai.com`. */
function domainOf(baseUrl: string): string {
  return new URL(baseUrl).hostname.split('.').slice(-2).join('.');
}
