import type { MeteredEndpoint } from '../../../lambdas/domain/dialects/endpoint';
import { ENDPOINTS } from '../../../lambdas/domain/dialects/registry';
import { modelOf } from '../catalog/example-catalog';

const CONTEXT_TOKENS = 200_000;
const OUTPUT_TOKENS_MAX = 4_000;
const model = modelOf({ id: 'claude-m', contextTokens: CONTEXT_TOKENS, outputTokensMax: OUTPUT_TOKENS_MAX });

function bound(endpoint: MeteredEndpoint, body: object, id = model.id) {
  const bytes = Buffer.from(JSON.stringify({ model: 'm', ...body }));
  return endpoint.bound(endpoint.parse({ contentType: 'application/json', bytes }), { ...model, id });
}

const chatOf = (extra: object) => bound(ENDPOINTS.chat, { messages: [{}], ...extra });
const chat = (...content: readonly object[]) => chatOf({ messages: [{ role: 'user', content }] });
const claude = (extra: object) =>
  bound(ENDPOINTS.messages, { max_tokens: 9, messages: [{ role: 'user', content: 'hi' }], ...extra });

describe('the input bound', () => {
  test('the input bound is at least the bytes of the text and never more than the context', () => {
    expect(chat({ type: 'text', text: 'é'.repeat(500) }).inputTokensMax).toBeGreaterThan(1_000);
    expect(chat({ type: 'text', text: 'x'.repeat(300_000) }).inputTokensMax).toBe(CONTEXT_TOKENS);
  });

  test('the input bound grows with each image, because its URL does not reveal its size', () => {
    const image = { type: 'image_url', image_url: { url: 'https://x.test/1.png' } };
    const [one, two] = [chat(image), chat(image, image)];
    expect(one.dearerUnits).toContain('imageInput');
    expect(two.inputTokensMax - one.inputTokensMax).toBeGreaterThan(48_000);
  });

  test.each(['file', 'input_file', 'document', 'video_url', 'input_video', 'video', 'audio_url'])(
    'the input bound is the whole context for a %s, because its length is unknown',
    (type) => {
      expect(chat({ type, [type]: { url: 'https://x.test/1' } }).inputTokensMax).toBe(CONTEXT_TOKENS);
    },
  );

  test('the input bound covers the hidden prompts of Anthropic’s own tools, which are longer than their declarations', () => {
    const tools = [
      { type: 'computer_20250124', name: 'computer', display_width_px: 1, display_height_px: 1 },
      { type: 'bash_20250124', name: 'bash' },
      { type: 'text_editor_20250728', name: 'str_replace_based_edit_tool' },
    ];
    const added = claude({ tools }).inputTokensMax - claude({}).inputTokensMax;
    // As documented: computer use 735 + 499, bash 245, text editor 700, tool use itself 346.
    expect(added).toBeGreaterThanOrEqual(735 + 499 + 245 + 700 + 346);
  });

  test('the input bound covers every round that reads the prompt again after the provider fetched a page', () => {
    const tools = [{ type: 'web_fetch_20250910', name: 'web_fetch', max_uses: 1, max_content_tokens: 100 }];
    // A PDF is not limited by max_content_tokens, so that each of ten rounds can fill the context.
    expect(claude({ tools }).inputTokensMax).toBe(10 * CONTEXT_TOKENS);
  });

  test('the input bound covers every round that reads the prompt again after a search of the tools, with what it found', () => {
    const found = { name: 'f', description: 'x'.repeat(2_000), input_schema: {}, defer_loading: true };
    const search = { type: 'tool_search_tool_regex_20251119', name: 'tool_search_tool_regex' };
    const once = claude({ tools: [found] }).inputTokensMax;
    const searched = claude({ tools: [found, search] }).inputTokensMax;
    // Round by round: the prompt, the output so far, and the tools that each search before it has found.
    expect(searched).toBeGreaterThan(10 * (once + 9) + 45 * 2_000);
    expect(searched).toBeLessThan(10 * CONTEXT_TOKENS);
    const huge = { ...found, description: 'x'.repeat(100_000) };
    expect(claude({ tools: [huge, search] }).inputTokensMax).toBeLessThanOrEqual(10 * CONTEXT_TOKENS);
  });

  test('the input bound grows with each reference to a tool, which stands for the whole tool', () => {
    const tools = [{ name: 'f', description: 'x'.repeat(5_000), input_schema: {}, defer_loading: true }];
    const reference = { type: 'tool_reference', tool_name: 'f' };
    const content = (count: number) => [
      { type: 'tool_result', content: Array.from({ length: count }, () => reference) },
    ];
    const bounds = [1, 3].map((count) => claude({ tools, messages: [{ role: 'user', content: content(count) }] }));
    const [one = 0, three = 0] = bounds.map(({ inputTokensMax }) => inputTokensMax);
    expect(three - one).toBeGreaterThan(10_000);
  });

  test('the input bound of embeddings is the length of their JSON, which may exceed one context', () => {
    const input = Array.from({ length: 100_000 }, (_, at) => at);
    const { inputTokensMax } = bound(ENDPOINTS.embeddings, { input });
    expect(inputTokensMax).toBeGreaterThan(CONTEXT_TOKENS);
    expect(inputTokensMax).toBeGreaterThan(input.length);
  });
});

test.each(['input_audio', 'audio', 'audio_url'])('content of type %s can touch audio units', (type) => {
  expect(chat({ type })).toMatchObject({
    dearerUnits: ['audioInput', 'cachedAudioInput', 'audioOutput'],
    pricedUnits: ['audioInput', 'audioOutput'],
  });
});

describe('the output bound', () => {
  test('the output bound is the client’s limit for each choice, or else the model’s', () => {
    expect(chatOf({ max_tokens: 50, max_completion_tokens: 70, n: 3 }).outputTokensMax).toBe(210);
    expect(chatOf({ n: 2 }).outputTokensMax).toBe(2 * OUTPUT_TOKENS_MAX);
    expect(claude({ max_tokens: 7 }).outputTokensMax).toBe(7);
  });

  test('the output bound of a limit of zero is the model’s, because some compatible providers take it for no limit', () => {
    expect(claude({ max_tokens: 0 }).outputTokensMax).toBe(OUTPUT_TOKENS_MAX);
    expect(chatOf({ max_tokens: 0 }).outputTokensMax).toBe(OUTPUT_TOKENS_MAX);
    expect(chatOf({ max_tokens: 0, max_completion_tokens: 7 }).outputTokensMax).toBe(OUTPUT_TOKENS_MAX);
  });

  test('the output bound covers every round of a message whose tools the provider runs', () => {
    const tools = [{ type: 'web_fetch_20250910', name: 'web_fetch' }];
    expect(claude({ max_tokens: 7, tools }).outputTokensMax).toBe(70);
  });

  test('the output bound of one choice is never more than the context', () => {
    expect(chatOf({ max_tokens: 9_000_000 }).outputTokensMax).toBe(CONTEXT_TOKENS);
    expect(claude({ max_tokens: 9_000_000 }).outputTokensMax).toBe(CONTEXT_TOKENS);
  });

  test('the output bound includes a prediction, whose rejected tokens are billed as output', () => {
    const { inputTokensMax, outputTokensMax } = chatOf({ max_tokens: 50, prediction: { content: 'x' } });
    expect(outputTokensMax).toBe(50 + inputTokensMax);
  });

  test('embeddings have no output', () => {
    expect(bound(ENDPOINTS.embeddings, { input: 'x' }).outputTokensMax).toBe(0);
  });
});

describe('the units of prompt caching in the bound', () => {
  const text = (cacheControl: unknown) => [{ type: 'text', text: 'hi', cache_control: cacheControl }];
  const FIVE_MINUTES = ['cacheWrite'];
  const AN_HOUR = ['cacheWrite', 'cacheWrite1h'];

  test.each<readonly [string, object, readonly string[]]>([
    ['without a mark', {}, []],
    ['that only talks about marks', { system: '{"cache_control":{"ttl":"1h"}}' }, []],
    ['with a mark without a lifetime', { system: text({ type: 'ephemeral' }) }, FIVE_MINUTES],
    ['with a mark of five minutes', { system: text({ type: 'ephemeral', ttl: '5m' }) }, FIVE_MINUTES],
    ['with a mark of an hour', { system: text({ type: 'ephemeral', ttl: '1h' }) }, AN_HOUR],
    ['with a mark of a lifetime that we do not know', { system: text({ type: 'ephemeral', ttl: '1d' }) }, AN_HOUR],
    ['with a lifetime that is not a text', { system: text({ type: 'ephemeral', ttl: 3_600 }) }, AN_HOUR],
    ['with a mark on the whole body', { cache_control: { type: 'ephemeral' } }, FIVE_MINUTES],
    ['with a mark on a tool', { tools: [{ name: 'f', input_schema: {}, cache_control: { ttl: '1h' } }] }, AN_HOUR],
  ])('a message to Claude %s can write only the caches that it asks for', (_what, extra, cacheWrites) => {
    expect(claude(extra).cacheWrites).toEqual(cacheWrites);
  });

  test('a message to another model can write a cache of five minutes without a mark, because its provider may cache by itself', () => {
    const body = { max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] };
    expect(bound(ENDPOINTS.messages, body, 'other').cacheWrites).toEqual(FIVE_MINUTES);
    expect(bound(ENDPOINTS.messages, body, 'anthropic/Claude-4').cacheWrites).toEqual([]);
  });

  test.each([
    ['cache\\u005fcontrol', 'ttl', '1h'],
    ['cache_control', '\\u0074\\u0074\\u006c', '1h'],
    ['cache_control', 'ttl', '\\u0031h'],
    ['Cache_Control', 'TTL', '1h'],
  ])('a mark that is spelled %s with %s %s is found', (mark, lifetime, value) => {
    const block = `{"type":"text","text":"hi","${mark}":{"type":"ephemeral","${lifetime}":"${value}"}}`;
    const body = `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":[${block}]}]}`;
    const request = ENDPOINTS.messages.parse({ contentType: 'application/json', bytes: Buffer.from(body) });
    expect(ENDPOINTS.messages.bound(request, model).cacheWrites).toEqual(AN_HOUR);
  });

  test('a chat can write a cache of five minutes, because providers cache by themselves, and of an hour if it asks', () => {
    expect(chat({ type: 'text', text: 'hi' }).cacheWrites).toEqual(FIVE_MINUTES);
    expect(chat(...text({ ttl: '1h' })).cacheWrites).toEqual(AN_HOUR);
  });
});

describe('members of a message that this release does not know', () => {
  test('a message to Claude is refused, in words that clients recognise', () => {
    expect(() => claude({ telepathy: true })).toThrow(
      expect.objectContaining({
        code: 'unsupported_parameter',
        param: 'telepathy',
        message: expect.stringMatching(/^telepathy: Extra inputs are not permitted/) as string,
      }) as Error,
    );
  });

  test('a message to another model is passed on, because compatible providers have parameters of their own', () => {
    const body = { max_tokens: 9, messages: [{ role: 'user', content: 'hi' }], repetition_penalty: 1.1 };
    expect(bound(ENDPOINTS.messages, body, 'qwen').outputTokensMax).toBe(9);
  });

  test('everything that Anthropic documents without a charge of its own is known', () => {
    const known = {
      system: 'x',
      temperature: 1,
      top_p: 1,
      top_k: 1,
      stop_sequences: ['x'],
      thinking: { type: 'adaptive' },
      output_config: { effort: 'low' },
      output_format: null,
      tool_choice: { type: 'auto' },
      cache_control: { type: 'ephemeral' },
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
      diagnostics: { previous_message_id: null },
      metadata: {},
      service_tier: 'auto',
      speed: 'standard',
      inference_geo: 'global',
      user_profile_id: 'uprof_1',
      fallback_credit_token: 'x',
      stream: true,
    };
    expect(claude(known).outputTokensMax).toBe(9);
  });
});

describe('the bound of tools that are defined inside of a message, and of images that are asked for', () => {
  const message = (...content: readonly object[]) => claude({ messages: [{ role: 'system', content }] }).inputTokensMax;
  const definition = { type: 'bash_20250124', name: 'bash' };
  const inline = { type: 'tool_addition', tool: { type: 'tool_definition', definition } };
  const reference = { type: 'tool_addition', tool: { type: 'tool_reference', name: 'bash' } };

  test('the input bound covers the hidden prompts of tools that are defined inside of a message', () => {
    expect(message(inline) - message()).toBeGreaterThanOrEqual(346 + 245);
  });

  test('the input bound covers a tool once more for each reference to it', () => {
    const tool = JSON.stringify(definition).length;
    expect(message(inline, reference, reference) - message(inline)).toBeGreaterThan(2 * tool);
  });

  test('a chat completion that asks for images is bounded by their price', () => {
    expect(chatOf({ modalities: ['image', 'text'] }).dearerUnits).toContain('imageOutput');
    expect(chatOf({ modalities: ['text'] }).dearerUnits).not.toContain('imageOutput');
  });
});
