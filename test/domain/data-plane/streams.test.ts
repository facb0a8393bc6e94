import fc from 'fast-check';
import { outputBytes } from '../../../lambdas/domain/data-plane/streaming/output-bytes';
import { EventSplitter } from '../../../lambdas/domain/data-plane/streaming/sse-events';
import { StreamMeter } from '../../../lambdas/domain/data-plane/streaming/stream-meter';

/** Bytes cut at arbitrary places, as a network would. */
const cuts = (bytes: Buffer, places: readonly number[]): Buffer[] => {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index], end));
};

describe('cutting a stream into events', () => {
  test('gives the same whole events wherever the network cut it', () => {
    const event = fc.tuple(
      fc.string({ unit: fc.constantFrom('a', 'é', '{', '"', ' ') }),
      fc.constantFrom('\n\n', '\r\n\r\n'),
    );
    fc.assert(
      fc.property(
        fc.array(event),
        fc.string({ unit: 'grapheme-ascii' }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (events, tail, places) => {
          const whole = events.map(([text, end]) => `data: ${text}${end}`);
          const rest = `data: ${tail.replace(/[\r\n]/g, '')}`;
          const splitter = new EventSplitter();
          const seen: string[] = [];
          let passed = '';
          for (const chunk of cuts(Buffer.from(whole.join('') + rest), places)) {
            passed += splitter
              .push(chunk, (bytes, start, end) => seen.push(bytes.toString('utf8', start, end)))
              .toString();
          }
          expect(seen).toEqual(whole);
          expect(passed).toBe(whole.join(''));
          expect(splitter.takeRest()?.toString()).toBe(rest);
        },
      ),
    );
  });
});

describe('bounding the text of an event', () => {
  const measure = (value: unknown) => {
    const bytes = Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
    return outputBytes(bytes, 0, bytes.length);
  };

  test('never counts less than the text’s UTF-8 bytes, and no envelope', () => {
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

  test('counts Anthropic’s text and thinking, not its signatures', () => {
    expect(measure({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hello' } })).toBe(5);
    expect(
      measure({ type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'EqQB' } }),
    ).toBe(0);
  });
});

describe('metering a stream', () => {
  const see = (dialect: 'openai' | 'anthropic', ...events: string[]) => {
    const meter = new StreamMeter(dialect);
    const usageOnly = events.map((event) => {
      const bytes = Buffer.from(event);
      return meter.see(bytes, 0, bytes.length);
    });
    return { usageOnly, reading: meter.reading };
  };

  test('finds OpenAI’s usage event and marks it as such', () => {
    const { usageOnly, reading } = see(
      'openai',
      'data: {"choices":[{"index":0,"delta":{"content":"hi"}}],"usage":null}\n\n',
      'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":2,"total_tokens":9}}\n\n',
      'data: [DONE]\n\n',
    );
    expect(usageOnly).toEqual([false, true, false]);
    expect(reading).toMatchObject({
      complete: true,
      failed: false,
      outputBytes: 2,
      usage: { kind: 'reported', usage: { input: 7, output: 2 } },
    });
  });

  test('text that looks like usage is not usage', () => {
    const { reading } = see(
      'openai',
      `data: ${JSON.stringify({ choices: [{ delta: { content: '"usage":{"prompt_tokens":1}' } }] })}\n\n`,
    );
    expect(reading.usage.kind).toBe('absent');
  });

  test('adds Anthropic’s two reports up', () => {
    const { reading } = see(
      'anthropic',
      'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":10,"cache_read_input_tokens":3,"output_tokens":1}}}\n\n',
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":25}}\n\n',
      'event: message_stop\ndata: {"type":"message_stop"}\n\n',
    );
    expect(reading).toMatchObject({
      complete: true,
      usage: { kind: 'reported', usage: { input: 10, cachedInput: 3, output: 25 } },
    });
  });

  test('an error told in-band is seen in both dialects', () => {
    expect(see('openai', 'data: {"error":{"message":"x"}}\n\n').reading.failed).toBe(true);
    expect(see('anthropic', 'event: error\ndata: {"type":"error","error":{}}\n\n').reading.failed).toBe(true);
  });
});
