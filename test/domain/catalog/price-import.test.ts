import { limitsOf } from '../../../dev/tools/prices/limits';
import { picoPerToken, UnsupportedPrice, priceVersions } from '../../../dev/tools/prices/price-versions';
import { servedAt } from '../../../dev/tools/prices/served-at';

describe('a price in dollars per million tokens', () => {
  test.each([
    [0.15, 150_000],
    [0.1, 100_000],
    [0.29, 290_000],
    [3.125, 3_125_000],
    [0.000001, 1],
    [600, 600_000_000],
    [0, 0],
  ])('%d dollars per million tokens is %d pico-dollars per token', (dollars, pico) => {
    expect(picoPerToken(dollars)).toBe(pico);
  });

  test('a price finer than a pico-dollar per token is refused', () => {
    expect(() => picoPerToken(0.1234567)).toThrow(UnsupportedPrice);
  });

  test.each([1e-7, -1, Number.NaN, Number.POSITIVE_INFINITY])('a price of %d dollars is refused', (dollars) => {
    expect(() => picoPerToken(dollars)).toThrow();
  });
});

describe('imported prices', () => {
  test('imported prices cover every text unit: an unpriced unit costs as much as the unit that it is a kind of', () => {
    const pico = (provider: string) =>
      priceVersions(provider, 'm', { input_mtok: 2, output_mtok: 6 })[0]?.tiers[0]?.picoPerToken;
    const text = {
      input: 2_000_000,
      cachedInput: 2_000_000,
      cacheWrite: 2_000_000,
      output: 6_000_000,
      reasoning: 6_000_000,
    };
    expect(pico('openai')).toEqual({ ...text, cacheWrite1h: 2_000_000 });
    expect(pico('anthropic')).toEqual({ ...text, cacheWrite1h: 4_000_000 });
  });

  test('a tier has a price for every unit, and the base price for a unit without tiers', () => {
    const tiered = { input_mtok: { base: 1, tiers: [{ start: 100, price: 2 }] }, output_mtok: 3 };
    expect(priceVersions('openai', 'm', tiered)[0]?.tiers).toMatchObject([
      { abovePromptTokens: 0, picoPerToken: { input: 1_000_000, output: 3_000_000 } },
      { abovePromptTokens: 100, picoPerToken: { input: 2_000_000, output: 3_000_000 } },
    ]);
  });

  test('imported prices begin at their date in UTC, or have always been in force without one', () => {
    const later = { constraint: { start_date: '2026-07-30', type: 'start_date' as const }, prices: { input_mtok: 1 } };
    const versions = priceVersions('openai', 'm', [{ prices: { input_mtok: 2 } }, later]);
    expect(versions.map(({ from }) => from)).toEqual(['1970-01-01T00:00:00.000Z', '2026-07-30T00:00:00.000Z']);
    expect(versions[1]?.version).toMatch(/^openai\/m@2026-07-30#[0-9a-f]{8}$/);
  });

  test('a changed price has another version name', () => {
    const version = (price: number) => priceVersions('openai', 'm', { input_mtok: price })[0]?.version;
    expect(version(1)).toBe(version(1));
    expect(version(1)).not.toBe(version(2));
  });

  test('imported prices that depend on the time of day, or on unmetered quantities, are refused', () => {
    const nightly = {
      constraint: { start_time: '00:00Z', end_time: '01:00Z', type: 'time_of_date' as const },
      prices: { input_mtok: 1 },
    };
    expect(() => priceVersions('openai', 'm', [{ prices: { input_mtok: 2 } }, nightly])).toThrow(UnsupportedPrice);
    expect(() => priceVersions('openai', 'm', { input_mtok: 1, audio_hours: 1 })).toThrow('audio_hours');
    expect(() => priceVersions('openai', 'm', { output_mtok: 1 })).toThrow('its input has no price');
  });

  test('calls of the provider’s tools are not tokens and get no price', () => {
    const [version] = priceVersions('openai', 'm', { input_mtok: 1, web_searches_kcount: 10 });
    expect(Object.keys(version?.tiers[0]?.picoPerToken ?? {})).toEqual([
      'input',
      'cachedInput',
      'cacheWrite',
      'cacheWrite1h',
    ]);
  });
});

describe('where a model is served', () => {
  test.each([
    ['openai', 'gpt-4o-mini', ['chat', 'responses']],
    ['openai', 'o4-mini', ['chat', 'responses']],
    ['openai', 'gpt-audio', ['chat']],
    ['openai', 'o1-preview', ['chat']],
    ['openai', 'text-embedding-3-large', ['embeddings']],
    ['anthropic', 'claude-opus-4-5', ['messages']],
  ])('the provider %s serves %s at %j', (provider, name, endpoints) => {
    expect(servedAt(provider, name)).toEqual({ endpoints });
  });

  test.each(['o1-pro', 'gpt-5.4-pro-2026-03-05', 'gpt-5.3-codex', 'o3-deep-research', 'moderation', 'sora-2'])(
    'the model %s is left out',
    (name) => {
      expect(servedAt('openai', name)).toHaveProperty('leftOut');
    },
  );
});

describe('the limits of a model', () => {
  const unknown = { id: 'unknown', contextTokens: undefined, second: [], tierMax: 0 };

  test('limits that no source states are the largest known ones', () => {
    expect(limitsOf(unknown)).toEqual({ contextTokens: 1_050_000, outputTokensMax: 128_000 });
  });

  test('the highest of several stated limits counts, and the output fits the context', () => {
    const second = [
      {
        names: ['unknown'],
        prices: { input: 0n, output: 0n, cachedInput: undefined },
        contextTokens: 9_000,
        outputTokensMax: 10_000,
      },
    ];
    expect(limitsOf({ ...unknown, contextTokens: 8_000, second })).toEqual({
      contextTokens: 9_000,
      outputTokensMax: 9_000,
    });
  });

  test('the context limit allows every prompt for which a tier has a price', () => {
    expect(limitsOf({ ...unknown, contextTokens: 200_000, tierMax: 200_000 }).contextTokens).toBe(1_000_000);
  });

  test.each([
    ['claude-opus-4-1', 32_000],
    ['claude-opus-4-5', 64_000],
    ['claude-opus-4-6', 128_000],
    ['claude-haiku-4-5', 64_000],
    ['gpt-4o-mini', 16_384],
    ['gpt-5.4', 128_000],
    ['gpt-3.5-turbo', 4_096],
  ])('%s answers with at most %i tokens', (id, outputTokensMax) => {
    expect(limitsOf({ ...unknown, id }).outputTokensMax).toBe(outputTokensMax);
  });
});
