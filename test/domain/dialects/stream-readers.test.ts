import fc from 'fast-check';
import { MessagesStream } from '../../../lambdas/domain/dialects/anthropic/messages/messages-stream';
import type { StreamReader } from '../../../lambdas/domain/dialects/endpoint';
import { outputBytes } from '../../../lambdas/domain/dialects/events/output-bytes';
import { ChatStream } from '../../../lambdas/domain/dialects/openai/chat/chat-stream';

describe('bounding the text of an event', () => {
  const measure = (value: unknown) => outputBytes(Buffer.from(`data: ${JSON.stringify(value)}\n\n`));

  test('the output of an event never counts less than its UTF-8 bytes, and never its envelope', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (content, args) => {
        const delta = {
          role: 'assistant',
          content,
          tool_calls: [{ id: 'call_1', type: 'function', function: { arguments: args } }],
        };
        const counted = measure({
          id: 'x',
          model: 'm',
          choices: [{ index: 0, delta, finish_reason: 'stop' }],
          obfuscation: 'zzzz',
        });
        const text = JSON.stringify(content).length - 2 + (JSON.stringify(args).length - 2);
        expect(counted).toBeGreaterThanOrEqual(Buffer.byteLength(content) + Buffer.byteLength(args));
        expect(counted).toBeLessThanOrEqual(text * 3);
      }),
    );
  });

  test('Anthropic’s text and thinking count as output, and its signatures do not', () => {
    expect(measure({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hello' } })).toBe(5);
    expect(
      measure({ type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'EqQB' } }),
    ).toBe(0);
  });
});

function read(reader: StreamReader, ...events: readonly string[]) {
  const hidden = events.map((event) => {
    const bytes = Buffer.from(event);
    return reader.readEvent(bytes, 0, bytes.length);
  });
  return { hidden, reading: reader.reading };
}

const ONE = { choices: 1 };
const readChat = (...events: readonly string[]) => read(new ChatStream({ ...ONE, wantsUsage: false }), ...events);
const MESSAGE = { serverTools: 'none', hasFixedPrompt: true, dearestWrite: 'cacheWrite' } as const;
const readMessages = (...events: readonly string[]) => read(new MessagesStream(MESSAGE), ...events);

describe('reading the stream of a chat completion', () => {
  const events = [
    'data: {"choices":[{"index":0,"delta":{"content":"hi"}}],"usage":null}\n\n',
    'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}\n\n',
    'data: [DONE]\n\n',
  ];

  test('OpenAI’s usage event is read, and hidden from a client that did not ask for it', () => {
    const { hidden, reading } = readChat(...events);
    expect(hidden).toEqual([false, true, false]);
    expect(reading).toMatchObject({
      complete: true,
      failed: false,
      isUsageFinal: true,
      producedTokensMax: 2,
      usage: { kind: 'reported', usage: { input: 7, output: 2 } },
    });
  });

  test('OpenAI’s usage event is shown to a client that asked for it', () => {
    expect(read(new ChatStream({ ...ONE, wantsUsage: true }), ...events).hidden).toEqual([false, false, false]);
  });

  test('text that looks like OpenAI’s usage is not read as usage', () => {
    const content = '"usage":{"prompt_tokens":1}';
    const { reading } = readChat(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
    expect(reading.usage.kind).toBe('absent');
  });

  test.each([
    ['as its only member', 'data: {"error":{"message":"x"}}\n\n'],
    ['without a space', 'data:{"error":{"message":"x"}}\n\n'],
    ['with spaces', 'data: { "error" : { "message": "x" } }\n\n'],
    ['after other members', 'data: {"id":"c","object":"chat.completion.chunk","choices":[],"error":{"code":502}}\n\n'],
    ['over several lines', 'data: {\ndata:   "error": "x"\ndata: }\n\n'],
    ['in a choice', 'data: {"choices":[{"index":0,"error":{"code":502},"finish_reason":"error"}]}\n\n'],
    ['in Groq’s own member', 'data: {"choices":[],"x_groq":{"error":"over capacity"}}\n\n'],
    ['as an object named error', 'data: {"object":"error","message":"x"}\n\n'],
    ['by the event’s name', 'event: error\ndata: {"message":"x"}\n\n'],
    ['by the event’s name after the data', 'data: {"message":"x"}\nevent:error\n\n'],
  ])('an error inside OpenAI’s stream is noticed: %s', (_how, event) => {
    expect(readChat(event).reading.failed).toBe(true);
  });

  test.each([
    ['a null error', 'data: {"error":null,"choices":[{"index":0,"delta":{"content":"x"}}]}\n\n'],
    [
      'text about an error',
      `data: ${JSON.stringify({ choices: [{ delta: { content: 'event: error\n{"error":1}' } }] })}\n\n`,
    ],
    [
      'an error in a tool’s arguments',
      'data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{\\"error\\":1}"}}]}}]}\n\n',
    ],
  ])('%s in OpenAI’s stream is no error', (_what, event) => {
    expect(readChat(event).reading.failed).toBe(false);
  });

  const USAGE = '"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}';
  const said = 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n';
  const stop = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
  test.each([
    ['an empty list of choices', `data: {"choices":[],${USAGE}}\n\n`],
    ['null for its choices', `data: {"choices":null,${USAGE}}\n\n`],
    ['no choices', `data: {"id":"c",${USAGE}}\n\n`],
    ['spaces, and the usage first', `data:{ ${USAGE} ,\t"choices" : [ ] }\r\n\r\n`],
    ['a choice without text', `data: {"choices":[{"index":0,"delta":{},"finish_reason":null}],${USAGE}}\n\n`],
    [
      'a choice with an empty text of the assistant',
      `data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null,"logprobs":null}],${USAGE}}\n\n`,
    ],
    ['a choice without a delta', `data: {"choices":[{"index":0,"finish_reason":null}],${USAGE}}\n\n`],
    ['Groq’s usage', `data: {"choices":[],"x_groq":{"id":"r",${USAGE}}}\n\n`],
    ['timings', `data: {"choices":[],"created":1,"timings":{"predicted_n":2},"model":"m",${USAGE}}\n\n`],
    ['empty usage', 'data: {"choices":[],"usage":{}}\n\n'],
  ])('the usage event that only the gateway asked for is hidden when it has %s', (_shape, event) => {
    expect(readChat(said, stop, event).hidden).toEqual([false, false, true]);
    const { hidden } = read(new ChatStream({ ...ONE, wantsUsage: true }), said, stop, event);
    expect(hidden).toEqual([false, false, false]);
  });

  test.each([
    ['text', `{"choices":[{"index":0,"delta":{"content":"x"},"finish_reason":null}],${USAGE}}`],
    ['the end of a choice', `{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],${USAGE}}`],
    ['the role of the first event', `{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}],${USAGE}}`],
    ['a tool call', `{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0}]}}],${USAGE}}`],
    ['reasoning', `{"choices":[{"index":0,"delta":{"reasoning_content":"x"}}],${USAGE}}`],
    ['a message instead of a delta', `{"choices":[{"index":0,"message":{"content":"x"}}],${USAGE}}`],
    ['an error', `{"error":{"message":"x"},"choices":[],${USAGE}}`],
    ['text beside the choices', `{"id":"c","response":"x",${USAGE}}`],
    ['sources beside the choices', `{"choices":[],"citations":["https://x.test"],${USAGE}}`],
  ])('an event with usage that also carries %s reaches the client', (_what, data) => {
    expect(readChat(`data: ${data}\n\n`).hidden).toEqual([false]);
  });
});

describe('reading the stream of a message', () => {
  const start =
    'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":10,"cache_read_input_tokens":3,"output_tokens":1}}}\n\n';
  const delta =
    'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":25}}\n\n';
  const stop = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';

  test('the two usage reports of Anthropic’s stream complete each other, and the client sees both', () => {
    const { hidden, reading } = readMessages(start, delta, stop);
    expect(hidden).toEqual([false, false, false]);
    expect(reading).toMatchObject({
      complete: true,
      isUsageFinal: true,
      usage: { kind: 'reported', usage: { input: 10, cachedInput: 3, output: 25 } },
    });
  });

  test('the usage of Anthropic’s stream is final once it comes with the reason why the answer stopped', () => {
    expect(readMessages(start).reading).toMatchObject({ complete: false, isWhole: false, isUsageFinal: false });
    expect(readMessages(start, delta).reading).toMatchObject({ complete: false, isWhole: true, isUsageFinal: true });
  });

  test('the usage of a running Anthropic stream is not final', () => {
    const running = delta.replace('"end_turn"', 'null');
    expect(readMessages(start, running).reading).toMatchObject({ isWhole: false, isUsageFinal: false });
  });

  test.each([
    ['by name and type', 'event: error\ndata: {"type":"error","error":{}}\n\n'],
    ['by name without a space', 'event:error\r\ndata: {}\r\n\r\n'],
    ['by name after the data', 'data: {"message":"x"}\nevent: error\n\n'],
    ['by type alone, after other members', 'data: { "error" : {"message":"x"} , "type" : "error" }\n\n'],
    ['by its member alone', 'data: {"error":{"type":"overloaded_error"}}\n\n'],
  ])('an error inside Anthropic’s stream is noticed: %s', (_how, event) => {
    expect(readMessages(event).reading.failed).toBe(true);
  });

  test('text about an error in Anthropic’s stream is no error', () => {
    const text = 'event: error\n{"type":"error"}';
    const event = { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } };
    expect(readMessages(`event: content_block_delta\ndata: ${JSON.stringify(event)}\n\n`).reading.failed).toBe(false);
  });
});

describe('the usage of a prompt, reported while its answer runs', () => {
  const PROMPT = { input_tokens: 10, cache_read_input_tokens: 3, cache_creation_input_tokens: 0, output_tokens: 1 };
  const startOf = (usage: object, model: unknown = 'claude-sonnet-4-5') =>
    `event: message_start\ndata: ${JSON.stringify({ type: 'message_start', message: { model, usage } })}\n\n`;
  const text = 'data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}\n\n';
  const end =
    'data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":25}}\n\ndata: {"type":"message_stop"}\n\n';

  test('Claude reports the usage of the whole prompt before its answer, and it stays until the end', () => {
    for (const events of [[], [text], [text, end]])
      expect(readMessages(startOf(PROMPT), ...events).reading.promptUsage).toEqual({ input: 10, cachedInput: 3 });
  });

  test('the usage of Claude’s prompt contains what is written to the cache, by lifetime', () => {
    const written = {
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
    };
    const usage = { input: 10, cachedInput: 3, cacheWrite: 10, cacheWrite1h: 20 };
    expect(readMessages(startOf({ ...PROMPT, ...written })).reading.promptUsage).toEqual(usage);
  });

  test('a stream has no usage of its prompt before the first report', () => {
    expect(readMessages().reading.promptUsage).toBeUndefined();
    expect(readMessages(text).reading.promptUsage).toBeUndefined();
    expect(readMessages(end).reading.promptUsage).toBeUndefined();
  });

  const zeros = { input_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 0 };
  test.each([
    ['with zeros in place of the counts', startOf(zeros)],
    ['without the counts of caching', startOf({ input_tokens: 10, output_tokens: 1 })],
    ['with a null count of caching', startOf({ ...PROMPT, cache_read_input_tokens: null })],
    ['with an impossible count', startOf({ ...PROMPT, input_tokens: -1 })],
    ['without a count of the output', startOf({ ...PROMPT, output_tokens: null })],
    ['without usage', startOf({}).replace(',"usage":{}', '')],
    ['of another company’s model', startOf(PROMPT, 'glm-5')],
    ['of a model without a name', startOf(PROMPT, null)],
  ])('the first report of a stream is not the usage of its prompt for good: one %s', (_what, event) => {
    expect(readMessages(event, text, end).reading.promptUsage).toBeUndefined();
  });

  test('the first report is not for good where the provider can add to the prompt while it answers', () => {
    const stream = new MessagesStream({ ...MESSAGE, hasFixedPrompt: false });
    expect(read(stream, startOf(PROMPT), text, end).reading.promptUsage).toBeUndefined();
  });

  test('no report of a chat completion is the usage of its prompt for good, because a later one may correct it', () => {
    const report = 'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}\n\n';
    expect(readChat(report, report, 'data: [DONE]\n\n').reading.promptUsage).toBeUndefined();
  });
});

describe('the output that a provider reports while its stream runs', () => {
  const chat = (completion: number, prompt = 7) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'hi' } }], usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion } })}\n\n`;
  const start =
    'data: {"type":"message_start","message":{"usage":{"input_tokens":10,"cache_read_input_tokens":3,"output_tokens":8}}}\n\n';
  const delta = (tokens: number) =>
    `data: {"type":"message_delta","delta":{"stop_reason":null},"usage":{"output_tokens":${tokens}}}\n\n`;

  test('Anthropic’s placeholder in message_start is no report of the output', () => {
    expect(readMessages(start).reading.reportedOutputTokens).toBeUndefined();
  });

  test('each message_delta of Anthropic’s stream reports all of the output so far', () => {
    expect(readMessages(start, delta(25)).reading.reportedOutputTokens).toBe(25);
    expect(readMessages(start, delta(25), delta(400)).reading.reportedOutputTokens).toBe(400);
  });

  test('a message_delta of zero tokens does not take the output back', () => {
    expect(readMessages(start, delta(25), delta(0)).reading.reportedOutputTokens).toBe(25);
  });

  test('the reports in every event of a chat completion count, and so do tokens that only the total contains', () => {
    expect(readChat(chat(0), chat(3)).reading.reportedOutputTokens).toBe(3);
    const hidden = 'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":4,"total_tokens":61}}\n\n';
    expect(readChat(chat(0), chat(3), hidden).reading.reportedOutputTokens).toBe(54);
  });

  test.each([
    ['none', []],
    ['one alone, which may be a placeholder', [chat(1)]],
    ['one that stays the same', [chat(1), chat(1), chat(1)]],
    ['those that count each event', [chat(1), chat(3), chat(2), chat(9)]],
    ['one that is impossible', [chat(1), chat(3), chat(-1)]],
  ])('reports of a chat completion that are not running totals do not count: %s', (_which, events) => {
    expect(readChat(...events).reading.reportedOutputTokens).toBeUndefined();
  });

  test('the reports of several choices do not count, because each may be about one of them', () => {
    const reader = new ChatStream({ choices: 2, wantsUsage: true });
    expect(read(reader, chat(1), chat(9)).reading.reportedOutputTokens).toBeUndefined();
  });
});
