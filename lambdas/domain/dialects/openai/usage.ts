import type { InputUnit, OutputUnit } from '../../../contracts/storage/units';
import { isFilled } from '../json/is-filled';
import { type Counts, isReport, type ProviderReport, readCounts, unpricedCounts } from '../read-counts';
import { type UsageReading, withoutZeros } from '../usage-reading';

const COUNTS = ['prompt_tokens', 'completion_tokens', 'total_tokens'] as const;
/** Compatible providers' own members for cached tokens: DeepSeek's and Moonshot's. */
const CACHED = ['prompt_cache_hit_tokens', 'cached_tokens'] as const;
const PROMPT = ['cached_tokens', 'cache_write_tokens', 'audio_tokens', 'image_tokens', 'text_tokens'] as const;
const COMPLETION = [
  'reasoning_tokens',
  'audio_tokens',
  'image_tokens',
  'text_tokens',
  'accepted_prediction_tokens',
  'rejected_prediction_tokens',
] as const;

/** Units that compatible providers are known to report and that have no price. */
const UNPRICED = ['video_tokens', 'document_tokens', 'web_search_requests'] as const;

/** By how long they are cached. */
const WRITES = { priced: ['ttl_30m_tokens'], known: ['ttl_12h_tokens'] };

const ABSENT: UsageReading = { kind: 'absent' };
const MALFORMED: UsageReading = { kind: 'malformed' };

/**
 * Reads the `usage` of a chat completion or of embeddings, in which the details are parts of the two counts. A report
 * without any count is none, and neither are zeros that leave the prompt or the output out: they are placeholders.
 */
export function readOpenaiUsage(raw: unknown): UsageReading {
  if (raw === undefined || raw === null) return ABSENT;
  if (!isReport(raw)) return MALFORMED;
  if (isPlaceholder(raw)) return ABSENT;
  const { prompt_tokens_details: promptDetails, completion_tokens_details: completionDetails } = raw;
  const counts = readCounts(raw, COUNTS);
  const prompt = readCounts(promptDetails, PROMPT);
  const completion = readCounts(completionDetails, COMPLETION);
  const cached = readCounts(raw, CACHED);
  if (counts?.prompt_tokens === undefined || prompt === undefined || completion === undefined) return MALFORMED;
  if (cached === undefined) return MALFORMED;
  const cachedTokens = prompt.cached_tokens ?? cached.prompt_cache_hit_tokens ?? cached.cached_tokens;
  const inputs = readInputs(counts.prompt_tokens, { ...prompt, cached_tokens: cachedTokens ?? 0 });
  const outputs = readOutputs(counts, completion);
  if (inputs === undefined || outputs === undefined) return MALFORMED;
  const unbilled = [
    ...unpricedCounts(promptDetails, 'prompt_tokens_details', { priced: PROMPT, known: UNPRICED }),
    ...unpricedCounts(completionDetails, 'completion_tokens_details', { priced: COMPLETION, known: UNPRICED }),
    ...unpricedWrites(promptDetails),
  ];
  return { kind: 'reported', usage: withoutZeros({ ...inputs, ...outputs }), unbilled };
}

/** Tokens that are cached for longer than the price of a cache write covers. */
function unpricedWrites(promptDetails: unknown): readonly string[] {
  const writes = isReport(promptDetails) ? promptDetails['cache_write_tokens_details'] : undefined;
  return unpricedCounts(writes, 'cache_write_tokens_details', WRITES);
}

function isPlaceholder(raw: ProviderReport): boolean {
  const filled = COUNTS.filter((name) => isFilled(raw[name]));
  if (filled.some((name) => raw[name] !== 0)) return false;
  // A total stands for the output as well.
  return !filled.includes('prompt_tokens') || filled.length === 1;
}

type Inputs = { readonly [unit in InputUnit]?: number };
type Outputs = { readonly [unit in OutputUnit]?: number };

function readInputs(total: number, details: Counts<(typeof PROMPT)[number]>): Inputs | undefined {
  const {
    cached_tokens: cached = 0,
    cache_write_tokens: cacheWrite = 0,
    audio_tokens: audio = 0,
    image_tokens: image = 0,
  } = details;
  const rest = total - cached - cacheWrite - audio - image;
  if (rest >= 0) return { input: rest, cachedInput: cached, cacheWrite, audioInput: audio, imageInput: image };
  // If the parts add up to more than the whole, the excess is cached audio or cached images, which are counted in both.
  const countedTwice = -rest;
  if (countedTwice > cached || countedTwice > audio + image) return undefined;
  const cachedAudioInput = Math.min(countedTwice, audio);
  return {
    input: 0,
    cachedInput: cached - countedTwice,
    cacheWrite,
    audioInput: audio - cachedAudioInput,
    cachedAudioInput,
    imageInput: image,
  };
}

function readOutputs(
  { prompt_tokens: prompt = 0, completion_tokens: completion, total_tokens: total }: Counts<(typeof COUNTS)[number]>,
  {
    reasoning_tokens: reasoning = 0,
    audio_tokens: audio = 0,
    image_tokens: image = 0,
  }: Counts<(typeof COMPLETION)[number]>,
): Outputs | undefined {
  // Embeddings report a prompt and a total, but no completion.
  if (completion === undefined && total === undefined) return undefined;
  const completionTokens = completion ?? 0;
  // Some compatible providers leave reasoning out of the completion count, and only the total includes it.
  const reasoningOutside = total === undefined ? 0 : total - prompt - completionTokens;
  const reasoningInside = reasoningOutside > 0 && reasoningOutside === reasoning ? 0 : reasoning;
  const output = completionTokens - reasoningInside - audio - image;
  if (reasoningOutside < 0 || output < 0) return undefined;
  return { output, reasoning: reasoningInside + reasoningOutside, audioOutput: audio, imageOutput: image };
}
