import fc from 'fast-check';
import { INPUT_UNITS, OUTPUT_UNITS } from '../../../lambdas/contracts/storage/units';
import { readOpenaiUsage } from '../../../lambdas/domain/dialects/openai/usage';
import type { UsageReading } from '../../../lambdas/domain/dialects/usage-reading';
import { sum } from '../usage/arbitrary-prices';

const usageOf = (reading: UsageReading) => (reading.kind === 'reported' ? reading.usage : reading.kind);
const count = fc.nat(1_000_000);

describe('OpenAI’s usage report', () => {
  test('cached, written and reasoning tokens are parts of OpenAI’s two counts', () => {
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

  test('embeddings report a prompt and a total, and no completion', () => {
    expect(usageOf(readOpenaiUsage({ prompt_tokens: 8, total_tokens: 8 }))).toEqual({ input: 8, output: 0 });
  });

  test('an explicit zero in OpenAI’s usage is zero', () => {
    expect(usageOf(readOpenaiUsage({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }))).toEqual({
      input: 0,
      output: 0,
    });
  });

  test('details of OpenAI’s usage that are null count as absent', () => {
    const raw = {
      prompt_tokens: 3,
      completion_tokens: 2,
      prompt_tokens_details: null,
      completion_tokens_details: { reasoning_tokens: null },
    };
    expect(usageOf(readOpenaiUsage(raw))).toEqual({ input: 3, output: 2 });
  });

  test('parts that exceed OpenAI’s prompt count are audio that was cached', () => {
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
    ['visible in the total alone', {}],
  ])('reasoning that is %s is charged', (_how, completion_tokens_details) => {
    const raw = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 45, completion_tokens_details };
    expect(usageOf(readOpenaiUsage(raw))).toEqual({ input: 10, output: 5, reasoning: 30 });
  });

  test('an unknown unit in OpenAI’s usage is named as unbilled if we know the name, and never repeats a name that the provider chose', () => {
    const raw = {
      prompt_tokens: 10,
      completion_tokens: 1,
      prompt_tokens_details: { video_tokens: 4, 'a text\n': 1, my_secret_password: 1, new_tokens: 0 },
    };
    expect(readOpenaiUsage(raw)).toMatchObject({
      usage: { input: 10, output: 1 },
      unbilled: ['prompt_tokens_details.video_tokens', 'prompt_tokens_details.other'],
    });
  });

  test.each([
    ['DeepSeek', { prompt_cache_hit_tokens: 60, prompt_cache_miss_tokens: 40 }],
    ['Moonshot', { cached_tokens: 60 }],
  ])('cached tokens are read from the member that %s names them by', (_who, cached) => {
    const raw = { prompt_tokens: 100, completion_tokens: 5, total_tokens: 105, ...cached };
    const usage = { input: 40, cachedInput: 60, output: 5 };
    expect(usageOf(readOpenaiUsage(raw))).toEqual(usage);
    const twice = { ...raw, prompt_tokens_details: { cached_tokens: 60 } };
    expect(usageOf(readOpenaiUsage(twice))).toEqual(usage);
  });

  test.each([
    undefined,
    null,
    {},
    { prompt_tokens: null, total_tokens: null },
    { prompt_tokens: 0 },
    { completion_tokens: 0, total_tokens: 0 },
    { prompt_tokens: 0, completion_tokens: null },
  ])('OpenAI’s usage of %j counts as absent', (raw) => {
    expect(readOpenaiUsage(raw)).toEqual({ kind: 'absent' });
  });

  const good = { prompt_tokens: 10, completion_tokens: 10, total_tokens: 20 };
  test.each<[string, unknown]>([
    ['text', 'usage'],
    ['a number', 7],
    ['a list', []],
    ['a report without a completion or a total', { prompt_tokens: 1 }],
    ['a report with a negative count', { ...good, prompt_tokens: -1 }],
    ['a report with a fraction', { ...good, completion_tokens: 0.5 }],
    ['a report with NaN', { ...good, completion_tokens: Number.NaN }],
    ['a report with a count in quotes', { ...good, prompt_tokens: '10' }],
    ['a report with an absurdly large count', { ...good, prompt_tokens: 1_000_000_001 }],
    ['a report of more cached tokens than the prompt has', { ...good, prompt_tokens_details: { cached_tokens: 11 } }],
    [
      'a report of more reasoning than the completion has',
      { ...good, completion_tokens_details: { reasoning_tokens: 11 } },
    ],
    ['a report with a total below its parts', { ...good, total_tokens: 19 }],
    ['a report whose details are text', { ...good, prompt_tokens_details: 'none' }],
  ])('%s is malformed as OpenAI’s usage', (_what, raw) => {
    expect(readOpenaiUsage(raw).kind).toBe('malformed');
  });

  test('the buckets read from OpenAI’s usage are disjoint: they add up to its total', () => {
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

  test('any value is read as OpenAI’s usage without failing, and reported buckets add up to the prompt', () => {
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
        // Zero is added because -0 is read as 0.
        expect(sum(usage, INPUT_UNITS)).toBe(Number(raw['prompt_tokens']) + 0);
        expect(Object.values(usage).every((tokens) => Number.isSafeInteger(tokens) && tokens >= 0)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
