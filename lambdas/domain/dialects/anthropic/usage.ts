import { type CacheWrite, INPUT_UNITS, type Usage } from '../../../contracts/storage/units';
import { isFilled } from '../json/is-filled';
import { isReport, type ProviderReport, readCounts, unpricedCounts } from '../read-counts';
import { tokensIn, type UsageReading, withoutZeros } from '../usage-reading';
import { isClaude } from './claude';

const PROMPT_COUNTS = ['input_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'] as const;
const COUNTS = ['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens'] as const;
const CACHE = ['ephemeral_5m_input_tokens', 'ephemeral_1h_input_tokens'] as const;

const INPUT: ReadonlySet<string> = new Set(INPUT_UNITS);

/** Fetching a page and searching the tools cost nothing except the tokens that they add to the prompt. */
const FREE_TOOLS = ['web_fetch_requests', 'tool_search_requests'] as const;
const UNPRICED_TOOLS = ['web_search_requests', 'code_execution_requests'] as const;

/** Keeps the report itself, because a later event of the stream completes it. */
export type AnthropicReading = UsageReading & { readonly report?: ProviderReport };

export const NO_USAGE: AnthropicReading = { kind: 'absent' };

/**
 * Reads the `usage` of a message, or of one event of its stream. The input counts are already disjoint. A report without
 * any count is none.
 * @param dearestWrite the unit of cache writes whose lifetime is not reported: the longest that the request asked for,
 * which its hold covers
 */
export function readAnthropicUsage(raw: unknown, dearestWrite: CacheWrite): AnthropicReading {
  if (raw === undefined || raw === null) return NO_USAGE;
  if (!isReport(raw)) return { kind: 'malformed' };
  if (COUNTS.every((name) => !isFilled(raw[name]))) return NO_USAGE;
  const usage = readUnits(raw, dearestWrite);
  if (usage === undefined) return { kind: 'malformed', report: raw };
  return { kind: 'reported', usage: withoutZeros(usage), unbilled: readUnbilled(raw), report: raw };
}

/**
 * Adds the usage of a later event to that of the events before it. Its counts are running totals: each replaces the
 * earlier one, and a count that is absent, null or zero keeps the earlier one. So `message_delta`, which lacks the
 * input, completes `message_start`.
 */
export function mergeAnthropicUsage(
  earlier: AnthropicReading,
  later: AnthropicReading,
  dearestWrite: CacheWrite,
): AnthropicReading {
  if (earlier.kind === 'absent') return later;
  if (later.kind === 'absent') return earlier;
  if (earlier.report === undefined || later.report === undefined) return { kind: 'malformed' };
  return readAnthropicUsage(mergeReports(earlier.report, later.report), dearestWrite);
}

/**
 * Reads the usage of the prompt from the first message of a stream, if it is complete. A Claude model's first report has
 * all counts of its prompt. Compatible providers begin with zeros, with a guess, or without what was cached, and correct
 * it at the end.
 */
export function promptUsageOf({ model }: ProviderReport, reading: AnthropicReading): Usage | undefined {
  if (typeof model !== 'string' || !isClaude(model)) return undefined;
  if (reading.kind !== 'reported' || !PROMPT_COUNTS.every((name) => isFilled(reading.report?.[name]))) return undefined;
  if (tokensIn(reading.usage, INPUT_UNITS) === 0) return undefined;
  return Object.fromEntries(Object.entries(reading.usage).filter(([unit]) => INPUT.has(unit)));
}

/** A running total never falls to zero, so a zero is the placeholder of a provider that does not know the count. */
function mergeReports(earlier: ProviderReport, later: ProviderReport): ProviderReport {
  const merged: { [member: string]: unknown } = { ...earlier };
  for (const [name, value] of Object.entries(later)) {
    const known = earlier[name];
    if (isReport(known) && isReport(value)) merged[name] = mergeReports(known, value);
    else if (isFilled(value) && (value !== 0 || !isFilled(known))) merged[name] = value;
  }
  return merged;
}

function readUnits(raw: ProviderReport, dearestWrite: CacheWrite): Usage | undefined {
  const counts = readCounts(raw, COUNTS);
  const cache = readCounts(raw['cache_creation'], CACHE);
  const details = readCounts(raw['output_tokens_details'], ['thinking_tokens']);
  if (counts?.input_tokens === undefined || counts.output_tokens === undefined) return undefined;
  if (cache === undefined || details === undefined) return undefined;
  const { thinking_tokens: thinking = 0 } = details;
  const { ephemeral_5m_input_tokens: cacheWrite = 0, ephemeral_1h_input_tokens: cacheWrite1h = 0 } = cache;
  const written = counts.cache_creation_input_tokens ?? cacheWrite + cacheWrite1h;
  const rest = written - cacheWrite - cacheWrite1h;
  if (rest < 0 || thinking > counts.output_tokens) return undefined;
  // Anthropic's own breakdown always has both lifetimes and leaves no rest. Compatible providers leave some of it out.
  return {
    input: counts.input_tokens,
    cachedInput: counts.cache_read_input_tokens ?? 0,
    cacheWrite: cacheWrite + (dearestWrite === 'cacheWrite' ? rest : 0),
    cacheWrite1h: cacheWrite1h + (dearestWrite === 'cacheWrite1h' ? rest : 0),
    output: counts.output_tokens - thinking,
    reasoning: thinking,
  };
}

function readUnbilled(raw: ProviderReport): readonly string[] {
  return [
    ...unpricedCounts(raw['server_tool_use'], 'server_tool_use', { priced: FREE_TOOLS, known: UNPRICED_TOOLS }),
    // Each of these multiplies the price of every token.
    ...(raw['speed'] === 'fast' ? ['speed.fast'] : []),
    ...(raw['inference_geo'] === 'us' ? ['inference_geo.us'] : []),
  ];
}
