import type { InputCount } from '../../endpoint';
import { parseObject } from '../../json/parse-object';
import { providerJson } from '../../json/provider-json';
import { isReport, readCounts } from '../../read-counts';
import { anthropic } from '../anthropic';
import { isClaude } from '../claude';
import { PROMPT_MEMBERS } from './fixed-prompt';
import type { MessagesRequest } from './messages-request';

/** Content that is not in the body. Its owner can change it between the count and the request. */
const OUTSIDE_TYPES = ['url', 'file', 'container_upload', 'image_url', 'video_url', 'audio_url'] as const;

/**
 * Anthropic's count of the input of a message (https://platform.claude.com/docs/en/build-with-claude/token-counting). It
 * includes the prompts that explain tools and formats, images and documents, but only the first round of the provider's
 * own tools. Compatible providers, and those that serve Claude in front of other dialects, often guess it from the text
 * alone.
 */
export const inputCount: InputCount<MessagesRequest> = {
  path: '/v1/messages/count_tokens',
  covers: ({ json, hasFixedPrompt }, { model, provider }) =>
    hasFixedPrompt &&
    isClaude(model.id) &&
    provider.dialect === anthropic.id &&
    OUTSIDE_TYPES.every((type) => !json.scan.contentTypes.has(type)),
  body: ({ json }, model) => {
    const omitted = [...json.scan.members.keys()].filter((name) => !PROMPT_MEMBERS.has(name));
    return providerJson(json, { stream: false, changes: { model }, omitted });
  },
  read: (body) => {
    const answer = parseObject(body.toString());
    const counted = readCounts(answer, ['input_tokens'])?.input_tokens;
    // Editing the context replaces parts of the prompt, so the larger count covers both versions.
    const unedited = readUnedited(answer?.['context_management']);
    if (counted === undefined || counted === 0 || unedited === undefined) return undefined;
    return Math.max(counted, unedited);
  },
};

function readUnedited(report: unknown): number | undefined {
  if (!isReport(report)) return 0;
  const counts = readCounts(report, ['original_input_tokens']);
  return counts && (counts.original_input_tokens ?? 0);
}
