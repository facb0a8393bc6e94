import type { EndpointId } from '../../../lambdas/contracts/storage/catalog';

/** Endpoints whose answers have no output tokens. */
const WITHOUT_OUTPUT: ReadonlySet<EndpointId> = new Set<EndpointId>(['embeddings']);

export type ServedAt = { readonly endpoints: readonly EndpointId[] } | { readonly leftOut: string };

/** Whether a model that is served at these endpoints has output tokens. */
export const hasOutput = (endpoints: readonly EndpointId[]): boolean =>
  endpoints.some((endpoint) => !WITHOUT_OUTPUT.has(endpoint));

/** Models of OpenAI that only chat completions serve: those that hear and speak, and the first that reasoned. */
const CHAT_ONLY = /audio|^o1-(mini|preview)/;

/** Names of OpenAI models that no metered endpoint serves, or that cost more than their tokens, with the reason. */
const OPENAI_LEFT_OUT: readonly (readonly [RegExp, string])[] = [
  [/^ft:|\.ft-/, 'a prefix of fine-tuned models, not an exact name'],
  [/^gpt-oss|:extended$/, 'not served by OpenAI itself'],
  [/moderation/, 'moderation'],
  [/realtime/, 'served by the Realtime API only'],
  [/transcribe|^whisper|tts/, 'speech'],
  [/-image/, 'image generation'],
  [/^(text-)?(ada|babbage|curie|davinci)\b|-instruct/, 'served by the legacy Completions API only'],
  [/codex|^computer-use|deep-research|-pro(-\d|$)/, 'served by the Responses API only'],
  [/search-preview/, 'each call bills a web search as well, which is not metered'],
  [/-audio-preview/, 'its audio tokens have no price'],
];

/** Finds the metered endpoints that serve a name, or the reason why none does. */
export function servedAt(provider: string, name: string): ServedAt {
  if (provider === 'anthropic') return { endpoints: ['messages'] };
  const [, reason] = OPENAI_LEFT_OUT.find(([pattern]) => pattern.test(name)) ?? [];
  if (reason !== undefined) return { leftOut: reason };
  if (name.startsWith('text-embedding-')) return { endpoints: ['embeddings'] };
  if (/^(gpt-|chatgpt-|o\d)/.test(name)) return { endpoints: CHAT_ONLY.test(name) ? ['chat'] : ['chat', 'responses'] };
  return { leftOut: 'no metered endpoint is known to serve it' };
}
