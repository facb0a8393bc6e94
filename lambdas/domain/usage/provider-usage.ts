import type { InputUnit, OutputUnit, Usage } from '../../contracts/storage/units';
import { type Counts, isReport, type ProviderReport, readCounts, unknownCounts } from './read-counts';

/**
 * What a provider's usage object says.
 * - `absent`: there is none.
 * - `reported`: the buckets are disjoint and add up to the provider's own total; explicit zero is zero.
 * - `malformed`: it cannot be, or not all of it is there.
 */
export type UsageReading =
  | { readonly kind: 'absent' }
  | {
      readonly kind: 'reported';
      readonly usage: Usage;
      /** What the provider charges for beside these tokens, and we do not: the caller raises an alarm. */
      readonly unbilled: readonly string[];
      /** For mergeAnthropic. */
      readonly report?: ProviderReport;
    }
  | { readonly kind: 'malformed'; readonly report?: ProviderReport };

const ABSENT: UsageReading = { kind: 'absent' };
const MALFORMED: UsageReading = { kind: 'malformed' };

const OPENAI_COUNTS = ['prompt_tokens', 'completion_tokens', 'total_tokens'] as const;
const OPENAI_PROMPT = ['cached_tokens', 'cache_write_tokens', 'audio_tokens', 'image_tokens', 'text_tokens'] as const;
const OPENAI_COMPLETION = [
  'reasoning_tokens',
  'audio_tokens',
  'image_tokens',
  'text_tokens',
  'accepted_prediction_tokens',
  'rejected_prediction_tokens',
] as const;

/** Reads the `usage` of a chat completion or of embeddings. OpenAI's details are parts of its two counts. */
export function readOpenaiUsage(raw: unknown): UsageReading {
  if (raw === undefined || raw === null) return ABSENT;
  if (!isReport(raw)) return MALFORMED;
  const { prompt_tokens_details: promptDetails, completion_tokens_details: completionDetails } = raw;
  const counts = readCounts(raw, OPENAI_COUNTS);
  const prompt = readCounts(promptDetails, OPENAI_PROMPT);
  const completion = readCounts(completionDetails, OPENAI_COMPLETION);
  if (counts?.prompt_tokens === undefined || prompt === undefined || completion === undefined) return MALFORMED;
  const inputs = openaiInputs(counts.prompt_tokens, prompt);
  const outputs = openaiOutputs(counts, completion);
  if (inputs === undefined || outputs === undefined) return MALFORMED;
  const unbilled = [
    ...unknownCounts(promptDetails, 'prompt_tokens_details', OPENAI_PROMPT),
    ...unknownCounts(completionDetails, 'completion_tokens_details', OPENAI_COMPLETION),
  ];
  return { kind: 'reported', usage: withoutZeros({ ...inputs, ...outputs }), unbilled };
}

type Inputs = { readonly [unit in InputUnit]?: number };
type Outputs = { readonly [unit in OutputUnit]?: number };

function openaiInputs(total: number, details: Counts<(typeof OPENAI_PROMPT)[number]>): Inputs | undefined {
  const {
    cached_tokens: cached = 0,
    cache_write_tokens: cacheWrite = 0,
    audio_tokens: audio = 0,
    image_tokens: image = 0,
  } = details;
  const rest = total - cached - cacheWrite - audio - image;
  if (rest >= 0) return { input: rest, cachedInput: cached, cacheWrite, audioInput: audio, imageInput: image };
  // The parts exceed the whole, so that many of them are cached audio or cached images, counted in both.
  const both = -rest;
  if (both > cached || both > audio + image) return undefined;
  const cachedAudioInput = Math.min(both, audio);
  return {
    input: 0,
    cachedInput: cached - both,
    cacheWrite,
    audioInput: audio - cachedAudioInput,
    cachedAudioInput,
    imageInput: image,
  };
}

function openaiOutputs(
  {
    prompt_tokens: prompt = 0,
    completion_tokens: completion,
    total_tokens: total,
  }: Counts<(typeof OPENAI_COUNTS)[number]>,
  {
    reasoning_tokens: reasoning = 0,
    audio_tokens: audio = 0,
    image_tokens: image = 0,
  }: Counts<(typeof OPENAI_COMPLETION)[number]>,
): Outputs | undefined {
  // Embeddings have no completion, and say so by their total.
  if (completion === undefined && total === undefined) return undefined;
  const stated = completion ?? 0;
  // Providers other than OpenAI leave reasoning out of the completion; only the total tells.
  const beside = total === undefined ? 0 : total - prompt - stated;
  const inside = beside > 0 && beside === reasoning ? 0 : reasoning;
  const output = stated - inside - audio - image;
  if (beside < 0 || output < 0) return undefined;
  return { output, reasoning: inside + beside, audioOutput: audio, imageOutput: image };
}

const ANTHROPIC_COUNTS = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
] as const;
const ANTHROPIC_CACHE = ['ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens'] as const;

/** Fetching a page costs nothing but the tokens of it. */
const ANTHROPIC_FREE_TOOLS = ['web_fetch_requests'] as const;

/** Reads the `usage` of a message, or of one event of its stream. Anthropic's input counts are disjoint already. */
export function readAnthropicUsage(raw: unknown): UsageReading {
  if (raw === undefined || raw === null) return ABSENT;
  if (!isReport(raw)) return MALFORMED;
  const usage = anthropicUsage(raw);
  if (usage === undefined) return { kind: 'malformed', report: raw };
  return { kind: 'reported', usage: withoutZeros(usage), unbilled: anthropicUnbilled(raw), report: raw };
}

/**
 * Adds a later event's usage to that of the events before. Its counts are running totals: each replaces the earlier
 * one, and what it leaves out, or null, stands. So `message_delta`, which by itself lacks the input, completes
 * `message_start`.
 */
export function mergeAnthropic(start: UsageReading, delta: UsageReading): UsageReading {
  if (start.kind === 'absent') return delta;
  if (delta.kind === 'absent') return start;
  if (start.report === undefined || delta.report === undefined) return MALFORMED;
  const stated = Object.entries(delta.report).filter(([, value]) => value !== undefined && value !== null);
  return readAnthropicUsage({ ...start.report, ...Object.fromEntries(stated) });
}

function anthropicUsage(raw: ProviderReport): Usage | undefined {
  const counts = readCounts(raw, ANTHROPIC_COUNTS);
  const cache = readCounts(raw['cache_creation'], ANTHROPIC_CACHE);
  const details = readCounts(raw['output_tokens_details'], ['thinking_tokens']);
  if (counts?.input_tokens === undefined || counts.output_tokens === undefined) return undefined;
  if (cache === undefined || details === undefined) return undefined;
  const { thinking_tokens: thinking = 0 } = details;
  const { ephemeral_5m_input_tokens: cacheWrite = 0, ephemeral_1h_input_tokens: cacheWrite1h = 0 } = cache;
  const written = counts.cache_creation_input_tokens ?? cacheWrite + cacheWrite1h;
  const untold = written - cacheWrite - cacheWrite1h;
  if (untold < 0 || thinking > counts.output_tokens) return undefined;
  // A provider that never tells the lifetimes apart has the default one, five minutes. One that does, and leaves
  // some untold, is taken for the dearer: an hour's write billed as five minutes' would be a loss on every request.
  const tellsApart = isReport(raw['cache_creation']);
  return {
    input: counts.input_tokens,
    cachedInput: counts.cache_read_input_tokens ?? 0,
    cacheWrite: tellsApart ? cacheWrite : written,
    cacheWrite1h: tellsApart ? cacheWrite1h + untold : 0,
    output: counts.output_tokens - thinking,
    reasoning: thinking,
  };
}

function anthropicUnbilled(raw: ProviderReport): readonly string[] {
  return [
    ...unknownCounts(raw['server_tool_use'], 'server_tool_use', ANTHROPIC_FREE_TOOLS),
    // Both multiply the price of every token.
    ...(raw['speed'] === 'fast' ? ['speed.fast'] : []),
    ...(raw['inference_geo'] === 'us' ? ['inference_geo.us'] : []),
  ];
}

/** Input and output are always told, so that an explicit zero can be seen; the rarer buckets only when they are used. */
function withoutZeros({ input = 0, output = 0, ...others }: Usage): Usage {
  return { input, output, ...Object.fromEntries(Object.entries(others).filter(([, count]) => count > 0)) };
}
