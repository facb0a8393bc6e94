import type { Dialect, Model } from '../../../contracts/storage/catalog';
import type { MeteredRequest } from './metered-request';

/** What chat templates add to a request. Per message the JSON around the text is longer than the template's tokens. */
const OVERHEAD_TOKENS = 64;

/**
 * The hidden prompt that explains tools to the model, and that of each tool whose declaration is the provider's own:
 * the largest known, Anthropic's computer use, has 735 + 499 tokens.
 */
const TOOLS_OVERHEAD_TOKENS = 1_024;
const OWN_TOOL_TOKENS = 1_536;
const DECLARED_TOOLS = new Set(['function', 'custom']);

/**
 * The most tokens one image can count for. OpenAI: gpt-4o-mini, high detail, 2,833 + 8 tiles × 5,667.
 * Anthropic: 4,784 for the largest size that its newest models accept.
 */
const IMAGE_TOKENS_MAX: { readonly [dialect in Dialect]: number } = { openai: 48_169, anthropic: 4_784 };

const IMAGE_TYPES = ['image_url', 'image', 'input_image'] as const;
/**
 * A document's pages are rendered to images on the provider's side, and what stands at an address is not here to be
 * measured: nothing short of the context bounds them.
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

/** What a request can at most put into the model, and which dearer units it can touch. */
export interface InputBound {
  readonly inputTokensMax: number;
  readonly audio: boolean;
  readonly image: boolean;
}

/**
 * An upper bound without a tokenizer: a byte-level BPE token is at least one byte of UTF-8, and JSON only ever
 * writes text longer than it is. No request exceeds the model's context: the provider refuses it.
 */
export function boundInput(request: MeteredRequest, model: Model): InputBound {
  const { scan, route, body } = request;
  const count = (types: readonly string[]) => types.reduce((sum, type) => sum + (scan.contentTypes.get(type) ?? 0), 0);
  const images = count(IMAGE_TYPES);
  const audio = request.wantsAudio || count(AUDIO_TYPES) > 0;
  // A batch of embeddings has many inputs, each within the context.
  if (route.endpoint === 'embeddings') return { inputTokensMax: body.length, audio: false, image: false };
  const ownTools = [...scan.toolTypes].filter((type) => !DECLARED_TOOLS.has(type)).length;
  const overhead =
    OVERHEAD_TOKENS + (scan.members.has('tools') ? TOOLS_OVERHEAD_TOKENS : 0) + ownTools * OWN_TOOL_TOKENS;
  const text = body.length + overhead + images * IMAGE_TOKENS_MAX[route.dialect];
  const unbounded = count(UNBOUNDED_TYPES) > 0;
  return {
    inputTokensMax: unbounded ? model.contextTokens : Math.min(text, model.contextTokens),
    audio,
    image: images > 0,
  };
}
