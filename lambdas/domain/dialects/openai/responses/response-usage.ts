import { isReport, type ProviderReport, unpricedCounts } from '../../read-counts';
import type { UsageReading } from '../../usage-reading';
import { readOpenaiUsage } from '../usage';

const UNPRICED = { priced: [], known: ['num_requests'] };

/**
 * Reads the usage of a response. It has the counts of a chat completion under other names. Tools that the provider ran
 * are reported beside it; they have no price, so any use of them is named as unbilled.
 */
export function readResponseUsage({ usage, tool_usage: tools }: ProviderReport): UsageReading {
  const reading = readOpenaiUsage(isReport(usage) ? withChatNames(usage) : usage);
  if (reading.kind !== 'reported' || !isReport(tools)) return reading;
  const { web_search: searches, image_gen: images } = tools;
  const unbilled = [
    ...unpricedCounts(searches, 'tool_usage.web_search', UNPRICED),
    ...unpricedCounts(images, 'tool_usage.image_gen', UNPRICED),
  ];
  return { ...reading, unbilled: [...reading.unbilled, ...unbilled] };
}

/** Compatible providers may use the names of chat completions themselves. */
function withChatNames(usage: ProviderReport): ProviderReport {
  const {
    input_tokens: prompt_tokens = usage['prompt_tokens'],
    output_tokens: completion_tokens = usage['completion_tokens'],
    input_tokens_details: prompt_tokens_details = usage['prompt_tokens_details'],
    output_tokens_details: completion_tokens_details = usage['completion_tokens_details'],
  } = usage;
  return { ...usage, prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details };
}
