import type { Dialect, Endpoint } from '../../contracts/storage/catalog';

/** A metered endpoint of the data plane. */
export interface MeteredRoute {
  readonly endpoint: Endpoint;
  readonly dialect: Dialect;
  /** What is appended to the provider's base URL. */
  readonly providerPath: string;
}

/** Every path that leads to a provider. There is no other: a test walks the whole surface. */
export const METERED_ROUTES: ReadonlyMap<string, MeteredRoute> = new Map([
  ['/v1/chat/completions', { endpoint: 'chat', dialect: 'openai', providerPath: '/chat/completions' }],
  ['/v1/embeddings', { endpoint: 'embeddings', dialect: 'openai', providerPath: '/embeddings' }],
  // Anthropic's base URL has no version, OpenAI's ends in /v1: so do the official clients' settings.
  ['/v1/messages', { endpoint: 'messages', dialect: 'anthropic', providerPath: '/v1/messages' }],
]);

/** Where a client finds an endpoint; for messages that point to the right one. */
export const ENDPOINT_PATHS: { readonly [endpoint in Endpoint]: string } = {
  chat: '/v1/chat/completions',
  embeddings: '/v1/embeddings',
  messages: '/v1/messages',
};

/** The dialect that an answer to this path is rendered in. */
export function dialectOf(path: string, headers: { readonly [name: string]: string | undefined }): Dialect {
  if (path.startsWith('/v1/messages')) return 'anthropic';
  return headers['anthropic-version'] === undefined ? 'openai' : 'anthropic';
}
