import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { catalogSchema, type Model, type ProviderSettings } from '../../../lambdas/contracts/storage/catalog';
import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import { priceAt, tierFor } from '../../../lambdas/domain/catalog/price';
import { PRICE_LIST } from '../../../lambdas/domain/catalog/price-list';

const providers: readonly ProviderSettings[] = [
  { id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' },
  { id: 'anthropic', dialect: 'anthropic', baseUrl: 'https://api.anthropic.com' },
];
const catalog = new Catalog(PRICE_LIST, providers);
const models = Object.values(PRICE_LIST.providers).flat();
const AT = Date.parse('2026-01-01T00:00:00Z');

function pricesOf(name: string, promptTokens = 1, atMs = AT) {
  const [endpoint] = catalog.endpointsOf(name);
  const model = catalog.targets(name, endpoint!)[0]!.model;
  return tierFor(priceAt(model, atMs), promptTokens).picoPerToken;
}

describe('the price list', () => {
  test('the committed price list matches the price sources', async () => {
    await promisify(execFile)(process.execPath, ['--import', 'tsx', 'dev/tools/prices/import-prices.ts', '--check']);
  });

  test('the price list matches its schema', () => {
    expect(catalogSchema.parse(PRICE_LIST)).toEqual(PRICE_LIST);
  });

  test('GPT-4o mini costs $0.15, $0.075 cached and $0.60 per million', () => {
    expect(pricesOf('gpt-4o-mini')).toMatchObject({
      input: 150_000,
      cachedInput: 75_000,
      output: 600_000,
      reasoning: 600_000,
    });
    expect(pricesOf('gpt-4o-mini-2024-07-18')).toBe(pricesOf('gpt-4o-mini'));
  });

  test('Claude Sonnet 4.5 costs more for a prompt above 200,000 tokens', () => {
    const standard = {
      input: 3_000_000,
      cachedInput: 300_000,
      cacheWrite: 3_750_000,
      cacheWrite1h: 6_000_000,
      output: 15_000_000,
    };
    const long = {
      input: 6_000_000,
      cachedInput: 600_000,
      cacheWrite: 7_500_000,
      cacheWrite1h: 12_000_000,
      output: 22_500_000,
    };
    expect(pricesOf('claude-sonnet-4-5-20250929', 200_000)).toEqual({ ...standard, reasoning: 15_000_000 });
    expect(pricesOf('claude-sonnet-4-5-20250929', 200_001)).toEqual({ ...long, reasoning: 22_500_000 });
  });

  test('o3 became cheaper at midnight on 10 June 2025, UTC', () => {
    expect(pricesOf('o3', 1, Date.parse('2025-06-09T23:59:59.999Z'))).toMatchObject({
      input: 10_000_000,
      output: 40_000_000,
    });
    expect(pricesOf('o3', 1, Date.parse('2025-06-10T00:00:00.000Z'))).toMatchObject({
      input: 2_000_000,
      output: 8_000_000,
    });
  });

  test('embeddings have an input price and no output', () => {
    expect(catalog.targets('text-embedding-3-small', 'embeddings')[0]?.model.outputTokensMax).toBe(0);
    expect(pricesOf('text-embedding-3-small')).toMatchObject({ input: 20_000 });
  });

  test.each([
    ['claude-sonnet-5-5', 'its name only begins like one that has a price'],
    ['gpt-5-nano-9999-01-01', 'its name only begins like one that has a price'],
    ['gpt-5-pro', 'it is served by another API'],
    ['gpt-5-codex', 'it is served by another API'],
    ['gpt-4o-search-preview', 'it bills more than tokens'],
    ['gpt-4o-audio-preview', 'its audio has no price'],
    ['gpt-image-1', 'it makes images'],
    ['whisper-1', 'it hears speech'],
    ['text-davinci-003', 'it is served by another API'],
  ])('the model %s is not served: %s', (name) => {
    expect(catalog.endpointsOf(name)).toEqual([]);
  });

  test.each(models.map((model): [string, Model] => [model.id, model]))(
    '%s has a price for all text and fits its context',
    (_id, model) => {
      for (const { tiers } of model.prices) {
        for (const { abovePromptTokens, picoPerToken } of tiers) {
          const units = [
            'input',
            'cachedInput',
            'cacheWrite',
            'cacheWrite1h',
            ...(model.outputTokensMax > 0 ? ['output', 'reasoning'] : []),
          ];
          expect(Object.keys(picoPerToken)).toEqual(expect.arrayContaining(units));
          expect(abovePromptTokens).toBeLessThan(model.contextTokens);
        }
      }
      expect(model.outputTokensMax).toBeLessThanOrEqual(model.contextTokens);
    },
  );

  test('price versions have unique names', () => {
    const versions = models.flatMap((model) => model.prices.map(({ version }) => version));
    expect(new Set(versions).size).toBe(versions.length);
  });
});
