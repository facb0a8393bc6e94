import fc from 'fast-check';
import { INPUT_UNITS, OUTPUT_UNITS } from '../../../lambdas/contracts/storage/units';
import {
  type AnthropicReading,
  mergeAnthropicUsage as merge,
  NO_USAGE,
  readAnthropicUsage as read,
} from '../../../lambdas/domain/dialects/anthropic/usage';
import type { UsageReading } from '../../../lambdas/domain/dialects/usage-reading';
import { sum } from '../usage/arbitrary-prices';

const readAnthropicUsage = (raw: unknown) => read(raw, 'cacheWrite');
const mergeAnthropicUsage = (earlier: AnthropicReading, later: AnthropicReading) => merge(earlier, later, 'cacheWrite');
const usageOf = (reading: UsageReading) => (reading.kind === 'reported' ? reading.usage : reading.kind);
const unbilledOf = (reading: UsageReading) => (reading.kind === 'reported' ? reading.unbilled : reading.kind);
const count = fc.nat(1_000_000);

describe('Anthropic’s usage report', () => {
  test('Anthropic’s input counts are disjoint, and thinking is part of the output', () => {
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

  test('a cache write without a lifetime counts as the longest lifetime that the request asked for', () => {
    const raw = { input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 50 };
    expect(usageOf(read(raw, 'cacheWrite'))).toEqual({ input: 1, cacheWrite: 50, output: 1 });
    expect(usageOf(read(raw, 'cacheWrite1h'))).toEqual({ input: 1, cacheWrite1h: 50, output: 1 });
    const partly = { ...raw, cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 } };
    expect(usageOf(read(partly, 'cacheWrite'))).toEqual({ input: 1, cacheWrite: 40, cacheWrite1h: 10, output: 1 });
    expect(usageOf(read(partly, 'cacheWrite1h'))).toEqual({ input: 1, cacheWrite: 20, cacheWrite1h: 30, output: 1 });
  });

  test('an explicit zero in Anthropic’s usage is zero', () => {
    expect(usageOf(readAnthropicUsage({ input_tokens: 0, output_tokens: 0 }))).toEqual({ input: 0, output: 0 });
  });

  test('an empty object, or nulls alone, is no report of Anthropic’s usage', () => {
    expect(usageOf(readAnthropicUsage({}))).toBe('absent');
    expect(usageOf(readAnthropicUsage({ input_tokens: null, output_tokens: null }))).toBe('absent');
  });

  test('anything in Anthropic’s usage that costs more than its tokens is named as unbilled', () => {
    const raw = {
      input_tokens: 1,
      output_tokens: 1,
      server_tool_use: { web_search_requests: 2, web_fetch_requests: 3, tool_search_requests: 1, new_requests: 1 },
    };
    expect(unbilledOf(readAnthropicUsage(raw))).toEqual([
      'server_tool_use.web_search_requests',
      'server_tool_use.other',
    ]);
    expect(unbilledOf(readAnthropicUsage({ ...raw, server_tool_use: { web_search_requests: 0 } }))).toEqual([]);
    expect(
      unbilledOf(readAnthropicUsage({ input_tokens: 1, output_tokens: 1, speed: 'fast', inference_geo: 'us' })),
    ).toEqual(['speed.fast', 'inference_geo.us']);
  });

  const good = { input_tokens: 10, output_tokens: 10 };
  test.each<[string, unknown]>([
    ['a report without input', { output_tokens: 1 }],
    ['a report without output', { input_tokens: 1 }],
    ['a report with a negative count', { ...good, cache_read_input_tokens: -1 }],
    ['a report with a fraction', { ...good, input_tokens: 1.5 }],
    ['a report with a count in quotes', { ...good, output_tokens: '10' }],
    ['a report with an absurdly large count', { ...good, output_tokens: 1e10 }],
    [
      'a report of more cache writes of one lifetime than of all',
      { ...good, cache_creation_input_tokens: 1, cache_creation: { ephemeral_5m_input_tokens: 2 } },
    ],
    ['a report of more thinking than output', { ...good, output_tokens_details: { thinking_tokens: 11 } }],
    ['a list', [1]],
  ])('%s is malformed as Anthropic’s usage', (_what, raw) => {
    expect(readAnthropicUsage(raw).kind).toBe('malformed');
  });

  test('the buckets read from Anthropic’s usage add up to its counts', () => {
    fc.assert(
      fc.property(
        fc.array(count, { minLength: 7, maxLength: 7 }),
        ([input, read, short, hour, rest, output, thinking]) => {
          const usage = usageOf(
            readAnthropicUsage({
              input_tokens: input,
              cache_read_input_tokens: read,
              cache_creation_input_tokens: short! + hour! + rest!,
              cache_creation: { ephemeral_5m_input_tokens: short, ephemeral_1h_input_tokens: hour },
              output_tokens: output! + thinking!,
              output_tokens_details: { thinking_tokens: thinking },
            }),
          );
          expect(usage).toBeInstanceOf(Object);
          if (typeof usage === 'string') return;
          expect(sum(usage, INPUT_UNITS)).toBe(input! + read! + short! + hour! + rest!);
          expect(sum(usage, OUTPUT_UNITS)).toBe(output! + thinking!);
        },
      ),
    );
  });
});

describe('the usage of an Anthropic stream, merged from its events', () => {
  const start = readAnthropicUsage({
    input_tokens: 10,
    cache_read_input_tokens: 3,
    cache_creation_input_tokens: 100,
    cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 0 },
    output_tokens: 1,
  });
  const merged = (...deltas: readonly unknown[]) =>
    usageOf(
      deltas.reduce<AnthropicReading>(
        (earlier, delta) => mergeAnthropicUsage(earlier, readAnthropicUsage(delta)),
        start,
      ),
    );

  test('merged usage has the input of the first event and the output of the last', () => {
    expect(merged({ output_tokens: 25 })).toEqual({ input: 10, cachedInput: 3, cacheWrite: 100, output: 25 });
  });

  test('a repeated count replaces the earlier one and is not added to it', () => {
    const delta = { input_tokens: 10, cache_read_input_tokens: 3, cache_creation_input_tokens: 100, output_tokens: 9 };
    expect(merged(delta, { ...delta, output_tokens: 25 })).toEqual({
      input: 10,
      cachedInput: 3,
      cacheWrite: 100,
      output: 25,
    });
  });

  test('a later event of an Anthropic stream may raise the input', () => {
    expect(merged({ input_tokens: 4_000, output_tokens: 25 })).toMatchObject({ input: 4_000, output: 25 });
  });

  test('a null count leaves the earlier one as it is', () => {
    expect(merged({ input_tokens: null, cache_read_input_tokens: null, output_tokens: 25 })).toMatchObject({
      input: 10,
      cachedInput: 3,
    });
  });

  test('zeros and empty objects after real counts leave the real ones as they are', () => {
    const zeros = {
      input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens: 25,
    };
    const usage = { input: 10, cachedInput: 3, cacheWrite: 100, output: 25 };
    expect(merged(zeros)).toEqual(usage);
    expect(merged(zeros, { output_tokens: 0 }, {})).toEqual(usage);
  });

  test('an event without usage changes no count', () => {
    expect(merged(undefined)).toEqual(usageOf(start));
    expect(mergeAnthropicUsage(NO_USAGE, start)).toBe(start);
  });

  test('merged usage is malformed without an input, or once an event reports an impossible count', () => {
    expect(mergeAnthropicUsage(NO_USAGE, readAnthropicUsage({ output_tokens: 25 })).kind).toBe('malformed');
    expect(merged({ output_tokens: -1 })).toBe('malformed');
    expect(merged('nonsense')).toBe('malformed');
  });
});
