import fc from 'fast-check';
import type { EndpointId } from '../../../lambdas/contracts/storage/catalog';
import { UNITS, type Usage } from '../../../lambdas/contracts/storage/units';
import { Catalog } from '../../../lambdas/domain/catalog/catalog';
import { priceAt } from '../../../lambdas/domain/catalog/price';
import { PRICE_LIST } from '../../../lambdas/domain/catalog/price-list';
import { chargeFor } from '../../../lambdas/domain/usage/charge';
import { versionOf } from '../catalog/example-catalog';
import { usages, versions } from './arbitrary-prices';

const catalog = new Catalog(PRICE_LIST, [
  { id: 'openai', dialect: 'openai', baseUrl: 'https://api.openai.com/v1' },
  { id: 'anthropic', dialect: 'anthropic', baseUrl: 'https://api.anthropic.com' },
]);

function charge(name: string, endpoint: EndpointId, usage: Usage) {
  return chargeFor(usage, priceAt(catalog.targets(name, endpoint)[0]!.model, Date.parse('2026-11-01T00:00:00Z')));
}

// Calculated by hand from the published prices in dollars per million tokens.
describe('golden charges', () => {
  test('GPT-4o mini charges 1,000 input, 500 cached and 200 output tokens at their own prices', () => {
    // 1000 × 150000 + 500 × 75000 + 200 × 600000
    expect(charge('gpt-4o-mini', 'chat', { input: 1_000, cachedInput: 500, output: 200 })).toEqual({
      costPico: 307_500_000n,
      unpriced: [],
    });
  });

  test('o4-mini charges reasoning tokens like output tokens', () => {
    // 100 × 1100000 + 64 × 275000 + 50 × 4400000 + 1000 × 4400000
    const usage = { input: 100, cachedInput: 64, output: 50, reasoning: 1_000 };
    expect(charge('o4-mini', 'chat', usage).costPico).toBe(4_747_600_000n);
  });

  test('GPT-5.4 charges the whole request at the higher tier from 272,000 tokens on', () => {
    // 271999 × 2500000 + 1 × 15000000, and 272000 × 5000000 + 1 × 22500000
    expect(charge('gpt-5.4', 'chat', { input: 271_999, output: 1 }).costPico).toBe(680_012_500_000n);
    expect(charge('gpt-5.4', 'chat', { input: 272_000, output: 1 }).costPico).toBe(1_360_022_500_000n);
  });

  test('GPT audio charges audio tokens at their own prices', () => {
    // 10 × 2500000 + 100 × 32000000 + 20 × 10000000 + 50 × 64000000
    const usage = { input: 10, audioInput: 100, output: 20, audioOutput: 50 };
    expect(charge('gpt-audio', 'chat', usage)).toEqual({ costPico: 6_625_000_000n, unpriced: [] });
  });

  test('text-embedding-3-small charges $0.02 for 1,000,000 tokens', () => {
    expect(charge('text-embedding-3-small', 'embeddings', { input: 1_000_000, output: 0 }).costPico).toBe(
      20_000_000_000n,
    );
  });

  test('Claude Sonnet 4.5 charges cache reads and both kinds of cache write at their own prices', () => {
    // 10 × 3000000 + 1000 × 300000 + 200 × 3750000 + 300 × 6000000 + 50 × 15000000
    const usage = { input: 10, cachedInput: 1_000, cacheWrite: 200, cacheWrite1h: 300, output: 50 };
    expect(charge('claude-sonnet-4-5', 'messages', usage).costPico).toBe(3_630_000_000n);
  });

  test('Claude Sonnet 4.5 counts cached tokens towards the long-context tier, which also raises the one-hour cache price', () => {
    // 1 × 6000000 + 190000 × 600000 + 10000 × 12000000 + 2 × 22500000
    const usage = { input: 1, cachedInput: 190_000, cacheWrite1h: 10_000, output: 2 };
    expect(charge('claude-sonnet-4-5', 'messages', usage).costPico).toBe(234_051_000_000n);
  });
});

describe('a charge', () => {
  test('a charge for no usage is zero', () => {
    expect(chargeFor({ input: 0, output: 0 }, versionOf([0, { input: 5 }]))).toEqual({ costPico: 0n, unpriced: [] });
  });

  test('a unit without a price is charged and reported', () => {
    const version = versionOf([0, { input: 2, cachedInput: 1, output: 3, reasoning: 4 }]);
    expect(chargeFor({ audioInput: 10, imageOutput: 10, cacheWrite: 0 }, version)).toEqual({
      costPico: 60n,
      unpriced: ['audioInput', 'imageOutput'],
    });
  });

  test('a charge is exact beyond the precision of a float', () => {
    const version = versionOf([0, { input: 999_999_999_999 }]);
    expect(chargeFor({ input: 999_999_999 }, version).costPico).toBe(999_999_998_999_000_000_001n);
  });

  test('a charge within one tier never falls when usage rises', () => {
    const flat = versions.map((version) => ({ ...version, tiers: version.tiers.slice(0, 1) }));
    fc.assert(
      fc.property(flat, usages(UNITS), fc.constantFrom(...UNITS), fc.nat(1_000), (version, usage, unit, more) => {
        const grown = { ...usage, [unit]: (usage[unit] ?? 0) + more };
        return chargeFor(grown, version).costPico >= chargeFor(usage, version).costPico;
      }),
    );
  });
});
