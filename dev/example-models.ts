import type { EndpointId } from '../lambdas/contracts/storage/catalog';

/** An endpoint as an example request uses it. */
export interface ExampleEndpoint {
  readonly id: EndpointId;
  /** The name of the request member that limits the output. */
  readonly limit: 'max_completion_tokens' | 'max_tokens';
  readonly isLimitRequired: boolean;
  /** The headers that its clients send besides the key and the content type. */
  readonly headers: { readonly [name: string]: string };
}

const CHAT: ExampleEndpoint = { id: 'chat', limit: 'max_completion_tokens', isLimitRequired: false, headers: {} };
const MESSAGES: ExampleEndpoint = {
  id: 'messages',
  limit: 'max_tokens',
  isLimitRequired: true,
  headers: { 'anthropic-version': '2023-06-01' },
};

/** Cheap models for example requests. The first one that the gateway serves is used. */
export const EXAMPLE_MODELS: readonly (readonly [model: string, endpoint: ExampleEndpoint])[] = [
  ['demo', CHAT],
  ['gpt-5-nano', CHAT],
  ['gpt-4o-mini', CHAT],
  ['claude-haiku-4-5', MESSAGES],
  ['claude-3-5-haiku-latest', MESSAGES],
];

/** Guesses the endpoint of a model that is not one of the examples. */
export const likelyEndpoint = (model: string): ExampleEndpoint => (model.startsWith('claude') ? MESSAGES : CHAT);
