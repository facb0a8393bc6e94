import { EXAMPLE_MODELS } from '../../example-models';

/** Enough to see a stream arrive in pieces, and still a fraction of a cent at any price. */
const OUTPUT_TOKENS_MAX = 128;

export interface PaidRequest {
  readonly path: string;
  readonly body: object;
}

/**
 * Builds a streamed request to a cheap model.
 * @returns undefined when no model was named and none of the example models is served
 */
export function paidRequest(served: readonly string[], named: string | undefined): PaidRequest | undefined {
  const [model, endpoint] =
    named === undefined
      ? (EXAMPLE_MODELS.find(([id]) => served.includes(id)) ?? [])
      : [named, named.startsWith('claude') ? 'messages' : 'chat'];
  if (model === undefined) return undefined;
  const messages = [{ role: 'user', content: 'Count from one to forty in words, separated by commas.' }];
  const body = { model, stream: true, messages };
  return endpoint === 'messages'
    ? { path: '/v1/messages', body: { ...body, max_tokens: OUTPUT_TOKENS_MAX } }
    : { path: '/v1/chat/completions', body: { ...body, max_completion_tokens: OUTPUT_TOKENS_MAX } };
}
