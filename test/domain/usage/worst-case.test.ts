import fc from 'fast-check';
import type { PriceVersion } from '../../../lambdas/contracts/storage/catalog';
import { type CacheWrite, INPUT_UNITS, OUTPUT_UNITS, UNITS, type Unit } from '../../../lambdas/contracts/storage/units';
import { chargeFor } from '../../../lambdas/domain/usage/charge';
import { affordableOutputTokens, worstCasePico } from '../../../lambdas/domain/usage/worst-case';
import { versionOf } from '../catalog/example-catalog';
import { sum, usages, versions } from './arbitrary-prices';

const TEXT: readonly Unit[] = ['input', 'cachedInput', 'cacheWrite', 'cacheWrite1h', 'output', 'reasoning'];
const CACHE_WRITES = ['cacheWrite', 'cacheWrite1h'] as const;
const more = fc.nat(500);

const AUDIO: readonly Unit[] = ['audioInput', 'cachedAudioInput', 'audioOutput'];
const IMAGES: readonly Unit[] = ['imageInput', 'imageOutput'];

function expectUpperBound(
  units: readonly Unit[],
  dearerUnits: readonly Unit[],
  cacheWrites: readonly CacheWrite[] = CACHE_WRITES,
): void {
  fc.assert(
    fc.property(versions, usages(units), more, more, (version, usage, spareInput, spareOutput) => {
      const inputTokensMax = sum(usage, INPUT_UNITS) + spareInput;
      const outputTokensMax = sum(usage, OUTPUT_UNITS) + spareOutput;
      const bounded = { version, inputTokensMax, outputTokensMax, cacheWrites, dearerUnits };
      return worstCasePico(bounded) >= chargeFor(usage, version).costPico;
    }),
    { numRuns: 500 },
  );
}

describe('the worst case', () => {
  test('the worst case of text is never below the charge for text within its bounds', () => expectUpperBound(TEXT, []));

  test.each([
    ['writes no cache', []],
    ['writes a cache of five minutes', ['cacheWrite'] as const],
  ])('the worst case of a request that %s is never below the charge for text within its bounds', (_what, written) => {
    const writes: readonly Unit[] = CACHE_WRITES.filter((unit) => !written.some((each) => each === unit));
    expectUpperBound(
      TEXT.filter((unit) => !writes.includes(unit)),
      [],
      written,
    );
  });

  test('the worst case of audio is never below the charge for text and audio within its bounds', () => {
    expectUpperBound(
      UNITS.filter((unit) => !unit.startsWith('image')),
      AUDIO,
    );
  });

  test('the worst case of all units is never below any charge within its bounds', () =>
    expectUpperBound(UNITS, [...AUDIO, ...IMAGES]));

  test('the worst case prices every token as the most expensive text unit of its direction', () => {
    const version = versionOf([
      0,
      { input: 3, cachedInput: 1, cacheWrite: 4, cacheWrite1h: 6, audioInput: 50, output: 15, reasoning: 15 },
    ]);
    const bounded = { version, inputTokensMax: 100, outputTokensMax: 10, cacheWrites: CACHE_WRITES };
    expect(worstCasePico(bounded)).toBe(750n);
    expect(worstCasePico({ ...bounded, dearerUnits: AUDIO })).toBe(100n * 50n + 10n * 15n);
    expect(worstCasePico({ ...bounded, cacheWrites: ['cacheWrite'] })).toBe(550n);
    expect(worstCasePico({ ...bounded, cacheWrites: [] })).toBe(450n);
  });

  test('the worst case ignores tiers that the prompt cannot reach', () => {
    const version = versionOf([0, { input: 1, output: 1 }], [100, { input: 2, output: 2 }]);
    expect(worstCasePico({ version, inputTokensMax: 100, outputTokensMax: 0, cacheWrites: [] })).toBe(100n);
    expect(worstCasePico({ version, inputTokensMax: 101, outputTokensMax: 0, cacheWrites: [] })).toBe(202n);
  });

  test('the worst case uses a lower tier if that is more expensive', () => {
    const version = versionOf([0, { input: 9, output: 9 }], [100, { input: 1, output: 1 }]);
    expect(worstCasePico({ version, inputTokensMax: 101, outputTokensMax: 0, cacheWrites: [] })).toBe(909n);
  });
});

describe('the affordable output', () => {
  const request = fc.record({
    version: versions,
    inputTokensMax: fc.nat(3_000),
    availablePico: fc.bigInt({ min: 0n, max: 5_000_000_000_000n }),
    cacheWrites: fc.subarray([...CACHE_WRITES]),
    dearerUnits: fc.constantFrom([], AUDIO, IMAGES, [...AUDIO, ...IMAGES]),
  });
  const outputIsFree = ({ tiers }: PriceVersion) =>
    tiers.some(({ picoPerToken }) => OUTPUT_UNITS.every((unit) => !picoPerToken[unit]));

  test('the affordable output is the largest whose worst case the money covers', () => {
    fc.assert(
      fc.property(request, (bounded) => {
        fc.pre(!outputIsFree(bounded.version));
        const tokens = affordableOutputTokens(bounded);
        const cost = (outputTokensMax: number) => worstCasePico({ ...bounded, outputTokensMax });
        if (cost(0) > bounded.availablePico) return tokens === 0;
        return cost(tokens) <= bounded.availablePico && cost(tokens + 1) > bounded.availablePico;
      }),
      { numRuns: 500 },
    );
  });

  test('the affordable output is zero if the money does not cover the prompt', () => {
    const version = versionOf([0, { input: 10, output: 1 }]);
    expect(affordableOutputTokens({ version, inputTokensMax: 10, cacheWrites: [], availablePico: 99n })).toBe(0);
    expect(affordableOutputTokens({ version, inputTokensMax: 10, cacheWrites: [], availablePico: 100n })).toBe(0);
    expect(affordableOutputTokens({ version, inputTokensMax: 10, cacheWrites: [], availablePico: 101n })).toBe(1);
  });

  test('the affordable output is unlimited if output is free', () => {
    const version = versionOf([0, { input: 1, output: 0, reasoning: 0 }]);
    expect(affordableOutputTokens({ version, inputTokensMax: 1, cacheWrites: [], availablePico: 1n })).toBe(
      Number.MAX_SAFE_INTEGER,
    );
  });
});
