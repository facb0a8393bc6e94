import { compareWithSecond } from '../../../dev/tools/prices/disagreements';
import type { SecondSourceModel } from '../../../dev/tools/prices/second-source';
import { modelOf, versionOf } from './example-catalog';

const dollars = (amount: number): bigint => BigInt(amount) * 1_000_000_000_000n;
const entry = (names: readonly string[], input: bigint): SecondSourceModel => ({
  names,
  prices: { input, output: dollars(4), cachedInput: undefined },
  contextTokens: 1_000,
  outputTokensMax: 100,
});
const one = modelOf({
  id: 'one',
  aliases: ['one-2026-01-01'],
  prices: [versionOf([0, { input: 2_000_000, output: 4_000_000 }])],
});
const compare = (...second: SecondSourceModel[]) =>
  compareWithSecond({ provider: 'alpha', models: [one], leftOut: [{ name: 'left-out', reason: 'why' }] }, second);

describe('the comparison with the second source', () => {
  test('the comparison finds a model by any of its exact names', () => {
    expect(compare(entry(['one-2026-01-01', 'one-short'], dollars(2)))).toMatchObject({
      compared: 1,
      disagreements: [],
      onlyInFirst: [],
      onlyInSecond: [],
    });
    expect(compare(entry(['one-2026'], dollars(2)))).toMatchObject({
      compared: 0,
      onlyInFirst: ['one'],
      onlyInSecond: ['one-2026'],
    });
  });

  test('the comparison tolerates 1% and lists larger differences', () => {
    expect(compare(entry(['one'], 2_020_000_000_000n)).disagreements).toEqual([]);
    expect(compare(entry(['one'], 2_020_000_000_001n)).disagreements).toEqual([
      { model: 'one', unit: 'input', firstPico: dollars(2), secondPico: 2_020_000_000_001n },
    ]);
  });

  test('the comparison lists each price of a self-contradicting second source once', () => {
    const entries = [entry(['one'], dollars(2)), entry(['one'], dollars(5)), entry(['one'], dollars(5))];
    expect(compare(...entries).disagreements).toEqual([
      { model: 'one', unit: 'input', firstPico: dollars(2), secondPico: dollars(5) },
    ]);
  });

  test('the comparison does not report models that are left out on purpose', () => {
    expect(compare(entry(['left-out'], dollars(2))).onlyInSecond).toEqual([]);
  });
});
