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

const readChat = (...events: readonly string[]) => read(new ChatStream({ wantsUsage: false }), ...events);
const readMessages = (...events: readonly string[]) => read(new MessagesStream(), ...events);

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
    expect(read(new ChatStream({ wantsUsage: true }), ...events).hidden).toEqual([false, false, false]);
  });

  test('text that looks like OpenAI’s usage is not read as usage', () => {
    const content = '"usage":{"prompt_tokens":1}';
    const { reading } = readChat(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
    expect(reading.usage.kind).toBe('absent');
  });

  test('an error inside OpenAI’s stream is noticed', () => {
    expect(readChat('data: {"error":{"message":"x"}}\n\n').reading.failed).toBe(true);
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

  test('the usage of Anthropic’s stream is not final before its last event', () => {
    expect(readMessages(start, delta).reading).toMatchObject({ complete: false, isUsageFinal: false });
  });

  test('an error inside Anthropic’s stream is noticed', () => {
    expect(readMessages('event: error\ndata: {"type":"error","error":{}}\n\n').reading.failed).toBe(true);
  });
});
