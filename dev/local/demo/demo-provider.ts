import { randomBytes } from 'node:crypto';
import { type ChatCompletionRequest, LLMock, type TextResponse } from '@copilotkit/aimock';
import type { LocalProvider } from '../settings';
import { DEMO_MODEL } from './demo-catalog';
import { DemoEmbeddings } from './demo-embeddings';
import { DemoTokenCount } from './demo-token-count';
import { firstTokens, tokensOf } from './demo-tokens';

/** About the speed of a real model, so that people can watch the stream arrive. */
const STREAM_TOKENS_PER_SECOND = 60;
const STREAM_CHUNK_CHARACTERS = 12;

export interface DemoProvider {
  readonly providers: readonly LocalProvider[];
  stop(): Promise<void>;
}

/**
 * Starts a provider inside this process, on its own loopback port, so that a local run needs no network. It prints
 * and stores nothing. It does show its last request on demand, but only to a holder of its key, which is new at
 * every start.
 */
export async function startDemoProvider(): Promise<DemoProvider> {
  const apiKey = randomBytes(24).toString('hex');
  const mock = new LLMock({
    port: 0,
    host: '127.0.0.1',
    logLevel: 'silent',
    auth: { apiKeys: [apiKey] },
    journalMaxEntries: 1,
    chunkSize: STREAM_CHUNK_CHARACTERS,
  });
  mock.on({ endpoint: 'chat', model: DEMO_MODEL }, answer, { streamingProfile: { tps: STREAM_TOKENS_PER_SECOND } });
  mock.mount('/v1/embeddings', new DemoEmbeddings());
  mock.mount('/v1/messages/count_tokens', new DemoTokenCount());
  const url = await mock.start();
  return {
    providers: [
      { settings: { id: 'demo', dialect: 'openai', baseUrl: `${url}/v1` }, apiKey },
      { settings: { id: 'demo-anthropic', dialect: 'anthropic', baseUrl: url }, apiKey },
    ],
    stop: () => mock.stop(),
  };
}

/** The library's type has only the older of OpenAI's two names for the output limit. */
type LimitedRequest = ChatCompletionRequest & { readonly max_completion_tokens?: number };

function answer(request: LimitedRequest): TextResponse {
  const whole =
    'Hello from the Tollgate demo provider. There is no model behind it: it answers every request with this text, ' +
    'so that you can watch a request being metered and paid for. Set OPENAI_API_KEY or ANTHROPIC_API_KEY to use a real model.';
  const content = firstTokens(whole, request.max_completion_tokens ?? request.max_tokens ?? Infinity);
  const prompt = tokensOf(JSON.stringify(request.messages));
  const completion = tokensOf(content);
  return {
    content,
    ...(content !== whole && { finishReason: 'length' }),
    // Both dialects read this object, each under its own names.
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      input_tokens: prompt,
      output_tokens: completion,
    },
  };
}
