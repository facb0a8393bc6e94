import { randomBytes } from 'node:crypto';
import { type ChatCompletionRequest, LLMock, type TextResponse } from '@copilotkit/aimock';
import type { LocalProvider } from '../settings';
import { DEMO_MODEL } from './demo-catalog';
import { DemoEmbeddings } from './demo-embeddings';
import { firstTokens, tokensOf } from './demo-tokens';

/** About as fast as a model, so that a stream can be seen to be one. */
const STREAM_TOKENS_PER_SECOND = 60;
const STREAM_CHUNK_CHARACTERS = 12;

export interface DemoProvider {
  readonly providers: readonly LocalProvider[];
  stop(): Promise<void>;
}

/**
 * A provider in this process that needs no network, on a loopback port of its own. It prints nothing and
 * writes nothing; only who has its key, which is made at every start, can ask it what it was sent last.
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
  const url = await mock.start();
  return {
    providers: [
      { settings: { id: 'demo', dialect: 'openai', baseUrl: `${url}/v1` }, apiKey },
      { settings: { id: 'demo-anthropic', dialect: 'anthropic', baseUrl: url }, apiKey },
    ],
    stop: () => mock.stop(),
  };
}

/** The type knows the older of OpenAI's two names only. */
type Limited = ChatCompletionRequest & { readonly max_completion_tokens?: number };

function answer(request: Limited): TextResponse {
  const whole =
    'Hello from the demo provider of Tollgate. It is no model: it answers everything with this text, ' +
    'so that you can watch a request being metered and paid. Set OPENAI_API_KEY or ANTHROPIC_API_KEY to talk to a real one.';
  const content = firstTokens(whole, request.max_completion_tokens ?? request.max_tokens ?? Infinity);
  const prompt = tokensOf(JSON.stringify(request.messages));
  const completion = tokensOf(content);
  return {
    content,
    ...(content !== whole && { finishReason: 'length' }),
    // Each dialect reads its own names.
    usage: {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      input_tokens: prompt,
      output_tokens: completion,
    },
  };
}
