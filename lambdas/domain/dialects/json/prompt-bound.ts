import type { Model } from '../../../contracts/storage/catalog';
import type { CacheWrite } from '../../../contracts/storage/units';
import type { Media } from '../dearer-units';
import { INLINE_TOOL } from './inline-tools';
import type { JsonBody } from './json-request';

/**
 * Chat templates add a few tokens to a request. The template's tokens around each message are fewer than the bytes of
 * its JSON.
 */
const OVERHEAD_TOKENS = 64;

/**
 * Covers the hidden prompt that explains tools to the model, and the prompt of each tool that the provider itself
 * declares. The largest known, Anthropic's computer use, has 735 + 499 tokens.
 */
const TOOLS_OVERHEAD_TOKENS = 1_024;
const OWN_TOOL_TOKENS = 1_536;
const DECLARED_TOOLS = new Set(['function', 'custom']);

const IMAGE_TYPES = ['image_url', 'image', 'input_image', 'computer_screenshot', 'image_generation_call'] as const;
/**
 * The provider renders a document's pages to images, and we cannot measure the content behind a URL, so only the
 * model's context bounds them.
 */
const UNBOUNDED_TYPES = [
  'file',
  'document',
  'input_file',
  'container_upload',
  'search_result',
  'video_url',
  'input_video',
  'video',
  'audio_url',
] as const;
const AUDIO_TYPES = ['input_audio', 'audio', 'audio_url'] as const;

/** The input part of a request's bound. */
interface PromptBound extends Media {
  readonly inputTokensMax: number;
  /** The most tokens of all tools of the request. */
  readonly toolsTokensMax: number;
}

/**
 * An upper bound without a tokenizer: a token of byte-level BPE is at least one byte of UTF-8, and JSON never encodes
 * text in fewer bytes. Providers refuse a request above the model's context.
 * @param imageTokensMax the most tokens that one image can cost
 */
export function boundPrompt({ bytes, scan }: JsonBody, model: Model, imageTokensMax: number): PromptBound {
  const count = (types: readonly string[]) => types.reduce((sum, type) => sum + (scan.contentTypes.get(type) ?? 0), 0);
  const images = count(IMAGE_TYPES);
  const ownTools = [...scan.toolTypes].filter((type) => !DECLARED_TOOLS.has(type)).length;
  const tools = scan.members.get('tools');
  const hasInlineTools = count([INLINE_TOOL]) > 0;
  const overhead = OVERHEAD_TOKENS + (tools || hasInlineTools ? TOOLS_OVERHEAD_TOKENS : 0) + ownTools * OWN_TOOL_TOKENS;
  const declaredBytes = tools ? tools.valueEnd - tools.valueStart : 0;
  const toolsTokensMax = hasInlineTools ? bytes.length : declaredBytes;
  // Each reference stands for the whole definition of a tool.
  const references = count(['tool_reference']) * toolsTokensMax;
  const text = bytes.length + overhead + references + images * imageTokensMax;
  const isUnbounded = count(UNBOUNDED_TYPES) > 0;
  return {
    inputTokensMax: isUnbounded ? model.contextTokens : Math.min(text, model.contextTokens),
    toolsTokensMax,
    audio: count(AUDIO_TYPES) > 0,
    image: images > 0,
  };
}

/** Whether a provider caches prompts by itself. If not, it caches what the body marks. */
interface Caching {
  readonly isAutomatic: boolean;
}

/** The units of prompt caching that a request can write. */
export function cacheWritesOf({ scan: { cacheMarks } }: JsonBody, { isAutomatic }: Caching): CacheWrite[] {
  const { isMarked, isLong } = cacheMarks;
  return [
    ...(isAutomatic || isMarked ? (['cacheWrite'] as const) : []),
    ...(isMarked && isLong ? (['cacheWrite1h'] as const) : []),
  ];
}
