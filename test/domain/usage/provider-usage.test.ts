import fc from 'fast-check';
import { INPUT_UNITS, OUTPUT_UNITS } from '../../../lambdas/contracts/storage/units';
import {
  mergeAnthropic,
  readAnthropicUsage,
  readOpenaiUsage,
  type UsageReading,
} from '../../../lambdas/domain/usage/provider-usage';
import { sum } from './arbitrary-prices';

const usageOf = (reading: UsageReading) => (reading.kind === 'reported' ? reading.usage : reading.kind);
const unbilledOf = (reading: UsageReading) => (reading.kind === 'reported' ? reading.unbilled : reading.kind);
const count = fc.nat(1_000_000);

describe('OpenAI’s usage', () => {
  test('cached, written and reasoning tokens are parts of the two counts', () => {
    const raw = {
      prompt_tokens: 1_000,
      completion_tokens: 300,
      total_tokens: 1_300,
      prompt_tokens_details: { cached_tokens: 600, cache_write_tokens: 100, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 200,
        audio_tokens: 10,
        accepted_prediction_tokens: 5,
        rejected_prediction_tokens: 7,
      },
    };
    const usage = { input: 300, cachedInput: 600, cacheWrite: 100, output: 90, reasoning: 200, audioOutput: 10 };
    expect(readOpenaiUsage(raw)).toEqual({ kind: 'reported', usage, unbilled: [] });
  });

  test('embeddings report a prompt and a total', () => {
    expect(usageOf(readOpenaiUsage({ prompt_tokens: 8, total_tokens: 8 }))).toEqual({ input: 8, output: 0 });
  });

  test('explicit zero is zero', () => {
    expect(usageOf(readOpenaiUsage({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }))).toEqual({
      input: 0,
      output: 0,
    });
  });

  test('details that are null are none', () => {
    const raw = {
      prompt_tokens: 3,
      completion_tokens: 2,
      prompt_tokens_details: null,
      completion_tokens_details: { reasoning_tokens: null },
    };
    expect(usageOf(readOpenaiUsage(raw))).toEqual({ input: 3, output: 2 });
  });

  test('parts beyond the whole are audio that was cached', () => {
    const raw = {
      prompt_tokens: 100,
      completion_tokens: 0,
      prompt_tokens_details: { cached_tokens: 90, audio_tokens: 40 },
    };
    expect(usageOf(readOpenaiUsage(raw))).toEqual({
      input: 0,
      cachedInput: 60,
      audioInput: 10,
      cachedAudioInput: 30,
      output: 0,
    });
  });

  test.each([
    ['named beside the completion', { reasoning_tokens: 30 }],
    ['told by the total alone', {}],
  ])('reasoning %s is charged', (_how, completion_tokens_details) => {
    const raw = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 45, completion_tokens_details };
    expect(usageOf(readOpenaiUsage(raw))).toEqual({ input: 10, output: 5, reasoning: 30 });
  });

  test('a unit that nobody here knows is named', () => {
    const raw = {
      prompt_tokens: 10,
      completion_tokens: 1,
      prompt_tokens_details: { video_tokens: 4, 'a text\n': 1, new_tokens: 0 },
    };
    expect(readOpenaiUsage(raw)).toMatchObject({
      usage: { input: 10, output: 1 },
      unbilled: ['prompt_tokens_details.video_tokens', 'prompt_tokens_details.other'],
    });
  });

  test.each([undefined, null])('%s is no report', (raw) => {
    expect(readOpenaiUsage(raw)).toEqual({ kind: 'absent' });
  });

  const good = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
  test.each<[string, unknown]>([
    ['a text', 'usage'],
    ['a number', 7],
    ['a list', []],
    ['nothing in it', {}],
    ['no completion and no total', { prompt_tokens: 1 }],
    ['a negative count', { ...good, prompt_tokens: -1 }],
    ['a fraction', { ...good, completion_tokens: 0.5 }],
    ['NaN', { ...good, completion_tokens: Number.NaN }],
    ['a count in quotes', { ...good, prompt_tokens: '10' }],
    ['absurdly many', { ...good, prompt_tokens: 1_000_000_001 }],
    ['more cached than there was', { ...good, prompt_tokens_details: { cached_tokens: 11 } }],
    ['more reasoning than there was', { ...good, completion_tokens_details: { reasoning_tokens: 11 } }],
    ['a total below its parts', { ...good, total_tokens: 19 }],
    ['details that are no object', { ...good, prompt_tokens_details: 'none' }],
  ])('%s is malformed', (_what, raw) => {
    expect(readOpenaiUsage(raw).kind).toBe('malformed');
  });

  test('the buckets are disjoint: they add up to the provider’s total', () => {
    fc.assert(
      fc.property(
        fc.array(count, { minLength: 8, maxLength: 8 }),
        ([text, cached, written, audio, output, reasoning, spoken, beside]) => {
          const prompt = text! + cached! + written! + audio!;
          const completion = output! + reasoning! + spoken!;
          const usage = usageOf(
            readOpenaiUsage({
              prompt_tokens: prompt,
              completion_tokens: completion,
              total_tokens: prompt + completion + beside!,
              prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written, audio_tokens: audio },
              completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: spoken },
            }),
          );
          expect(usage).toBeInstanceOf(Object);
          if (typeof usage === 'string') return;
          expect(sum(usage, INPUT_UNITS)).toBe(prompt);
          expect(sum(usage, OUTPUT_UNITS)).toBe(completion + beside!);
        },
      ),
    );
  });

  test('whatever a provider sends is read without failing, and what is reported adds up', () => {
    const anything = fc.oneof(fc.jsonValue(), fc.nat(100), fc.constant(Number.NaN));
    const members = [
      'prompt_tokens',
      'completion_tokens',
      'total_tokens',
      'prompt_tokens_details',
      'completion_tokens_details',
    ];
    const details = fc.dictionary(
      fc.constantFrom('cached_tokens', 'audio_tokens', 'image_tokens', 'reasoning_tokens'),
      fc.nat(60),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...members), fc.oneof(fc.nat(100), details, anything)), (raw) => {
        const usage = usageOf(readOpenaiUsage(raw));
        if (typeof usage === 'string') return;
        expect(sum(usage, INPUT_UNITS)).toBe(raw['prompt_tokens']);
        expect(Object.values(usage).every((tokens) => Number.isSafeInteger(tokens) && tokens >= 0)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('Anthropic’s usage', () => {
  test('its input counts are disjoint, and thinking is part of the output', () => {
    const raw = {
      input_tokens: 10,
      cache_read_input_tokens: 1_000,
      cache_creation_input_tokens: 500,
      cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 300 },
      output_tokens: 80,
      output_tokens_details: { thinking_tokens: 60 },
      server_tool_use: null,
      service_tier: 'standard',
    };
    const usage = { input: 10, cachedInput: 1_000, cacheWrite: 200, cacheWrite1h: 300, output: 20, reasoning: 60 };
    expect(readAnthropicUsage(raw)).toMatchObject({ kind: 'reported', usage, unbilled: [] });
  });

  test('a cache write of an untold lifetime is five minutes’, unless the provider tells some of them apart', () => {
    const raw = { input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 50 };
    expect(usageOf(readAnthropicUsage(raw))).toEqual({ input: 1, cacheWrite: 50, output: 1 });
    const partly = { ...raw, cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 } };
    expect(usageOf(readAnthropicUsage(partly))).toEqual({ input: 1, cacheWrite: 20, cacheWrite1h: 30, output: 1 });
  });

  test('explicit zero is zero', () => {
    expect(usageOf(readAnthropicUsage({ input_tokens: 0, output_tokens: 0 }))).toEqual({ input: 0, output: 0 });
  });

  test('what costs more than its tokens is named', () => {
    const raw = {
      input_tokens: 1,
      output_tokens: 1,
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 3, new_requests: 1 },
    };
    expect(unbilledOf(readAnthropicUsage(raw))).toEqual([
      'server_tool_use.web_search_requests',
      'server_tool_use.new_requests',
    ]);
    expect(unbilledOf(readAnthropicUsage({ ...raw, server_tool_use: { web_search_requests: 0 } }))).toEqual([]);
    expect(
      unbilledOf(readAnthropicUsage({ input_tokens: 1, output_tokens: 1, speed: 'fast', inference_geo: 'us' })),
    ).toEqual(['speed.fast', 'inference_geo.us']);
  });

  const good = { input_tokens: 10, output_tokens: 10 };
  test.each<[string, unknown]>([
    ['no input', { output_tokens: 1 }],
    ['no output', { input_tokens: 1 }],
    ['a negative count', { ...good, cache_read_input_tokens: -1 }],
    ['a fraction', { ...good, input_tokens: 1.5 }],
    ['a count in quotes', { ...good, output_tokens: '10' }],
    ['absurdly many', { ...good, output_tokens: 1e10 }],
    [
      'more cache writes of a kind than of all',
      { ...good, cache_creation_input_tokens: 1, cache_creation: { ephemeral_5m_input_tokens: 2 } },
    ],
    ['more thinking than output', { ...good, output_tokens_details: { thinking_tokens: 11 } }],
    ['a list', [1]],
  ])('%s is malformed', (_what, raw) => {
    expect(readAnthropicUsage(raw).kind).toBe('malformed');
  });

  test('the buckets add up to what the provider counts', () => {
    fc.assert(
      fc.property(
        fc.array(count, { minLength: 7, maxLength: 7 }),
        ([input, read, short, hour, untold, output, thinking]) => {
          const usage = usageOf(
            readAnthropicUsage({
              input_tokens: input,
              cache_read_input_tokens: read,
              cache_creation_input_tokens: short! + hour! + untold!,
              cache_creation: { ephemeral_5m_input_tokens: short, ephemeral_1h_input_tokens: hour },
              output_tokens: output! + thinking!,
              output_tokens_details: { thinking_tokens: thinking },
            }),
          );
          expect(usage).toBeInstanceOf(Object);
          if (typeof usage === 'string') return;
          expect(sum(usage, INPUT_UNITS)).toBe(input! + read! + short! + hour! + untold!);
          expect(sum(usage, OUTPUT_UNITS)).toBe(output! + thinking!);
        },
      ),
    );
  });
});

describe('the usage of an Anthropic stream', () => {
  const start = readAnthropicUsage({
    input_tokens: 10,
    cache_read_input_tokens: 3,
    cache_creation_input_tokens: 100,
    cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 0 },
    output_tokens: 1,
  });
  const merged = (...deltas: readonly unknown[]) =>
    usageOf(deltas.reduce<UsageReading>((sofar, delta) => mergeAnthropic(sofar, readAnthropicUsage(delta)), start));

  test('has the input of its start and the output of its end', () => {
    expect(merged({ output_tokens: 25 })).toEqual({ input: 10, cachedInput: 3, cacheWrite: 100, output: 25 });
  });

  test('repeated counts replace those before and are not added', () => {
    const delta = { input_tokens: 10, cache_read_input_tokens: 3, cache_creation_input_tokens: 100, output_tokens: 9 };
    expect(merged(delta, { ...delta, output_tokens: 25 })).toEqual({
      input: 10,
      cachedInput: 3,
      cacheWrite: 100,
      output: 25,
    });
  });

  test('a later event may raise the input', () => {
    expect(merged({ input_tokens: 4_000, output_tokens: 25 })).toMatchObject({ input: 4_000, output: 25 });
  });

  test('null leaves what was said before', () => {
    expect(merged({ input_tokens: null, cache_read_input_tokens: null, output_tokens: 25 })).toMatchObject({
      input: 10,
      cachedInput: 3,
    });
  });

  test('an event without usage changes nothing', () => {
    expect(merged(undefined)).toEqual(usageOf(start));
    expect(mergeAnthropic({ kind: 'absent' }, start)).toBe(start);
  });

  test('is malformed when it never said its input, or said nonsense', () => {
    expect(mergeAnthropic({ kind: 'absent' }, readAnthropicUsage({ output_tokens: 25 })).kind).toBe('malformed');
    expect(merged({ output_tokens: -1 })).toBe('malformed');
    expect(merged('nonsense')).toBe('malformed');
  });
});
