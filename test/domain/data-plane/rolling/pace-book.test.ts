import fc from 'fast-check';
import type { Model, ProviderSettings } from '../../../../lambdas/contracts/storage/catalog';
import { PaceBook } from '../../../../lambdas/domain/data-plane/rolling/pace-book';
import { ProducedBound } from '../../../../lambdas/domain/data-plane/rolling/produced-bound';
import type { LogFields } from '../../../../lambdas/domain/log';

const HOUR_MS = 3_600_000;
const SETTINGS = { burstTokens: 1_000, tokensPerSecond: 100 };
const ONE = { choices: 1 };

const route = (model = 'one', settings: Partial<ProviderSettings> = {}) => ({
  provider: {
    id: 'alpha',
    dialect: 'openai',
    baseUrl: 'https://alpha.example/v1',
    pace: SETTINGS,
    ...settings,
  } as ProviderSettings,
  model: { id: model } as Model,
});

let now: number;
let lines: (LogFields & { readonly code: string })[];
const ignore = (): void => undefined;
const newBook = (): PaceBook =>
  new PaceBook({
    clock: () => now,
    log: { info: ignore, warn: ignore, error: (code, fields) => void lines.push({ code, ...fields }) },
  });

let paces: PaceBook;
beforeEach(() => {
  now = 1_000_000;
  lines = [];
  paces = newBook();
});

const rateOf = (target = route()): number | undefined => paces.of(target, ONE)?.tokensPerSecond;
const observe = (outputTokens: number, elapsedMs: number, target = route(), choices = 1): void =>
  paces.observe(target, { choices }, { outputTokens, elapsedMs });

describe('the paces that a process has learned', () => {
  test('a faster answer raises the rate of its route, and a slower one leaves it', () => {
    observe(2_000, 10_000);
    expect(rateOf()).toBe(100);
    observe(3_001, 10_000);
    expect(paces.of(route(), ONE)).toEqual({ burstTokens: 1_000, tokensPerSecond: 201, isIncremental: false });
    observe(3_000, 10_000);
    observe(1, 100_000);
    expect(rateOf()).toBe(201);
    expect(lines).toEqual([]);
  });

  test('a rate belongs to one provider and one model', () => {
    observe(3_000, 10_000);
    expect(rateOf(route('two'))).toBe(100);
    expect(rateOf(route('one', { id: 'beta' }))).toBe(100);
  });

  test('the rate is that of one choice', () => {
    observe(1_000 + 8 * 1_500, 10_000, route(), 8);
    expect(rateOf()).toBe(150);
  });

  test('a rate is learned up to four times that of the configuration', () => {
    observe(5_000, 10_000);
    expect(rateOf()).toBe(400);
    expect(lines).toEqual([]);
    observe(5_001, 10_000);
    expect(rateOf()).toBeUndefined();
  });

  test('a route beyond four times its rate is reported by its IDs, and holds the worst case from then on', () => {
    observe(50_001, 10_000);
    expect(lines).toEqual([
      { code: 'RATE_EXCEEDED', 'gen_ai.provider.name': 'alpha', 'gen_ai.request.model': 'one', count: 4_901 },
    ]);
    now += 100 * HOUR_MS;
    observe(3_000, 10_000);
    expect(paces.of(route(), ONE)).toBeUndefined();
    expect(rateOf(route('two'))).toBe(100);
  });

  test('a route that stays too fast is reported once an hour', () => {
    for (let minute = 0; minute < 121; minute += 1, now += 60_000) observe(50_000, 10_000);
    expect(lines).toHaveLength(3);
    observe(50_000, 10_000, route('two'));
    expect(lines).toHaveLength(4);
    now -= 10 * HOUR_MS;
    observe(50_000, 10_000);
    expect(lines).toHaveLength(5);
  });

  test.each([0, -1, -60_000, NaN])('an answer that took %d milliseconds by the clock teaches nothing', (elapsedMs) => {
    observe(900_000_000, elapsedMs);
    expect(rateOf()).toBe(100);
    expect(lines).toEqual([]);
  });

  test('a time below a second counts as one, so a burst that comes early is no rate of millions', () => {
    observe(1_300, 1);
    expect(rateOf()).toBe(300);
    observe(1_000, 1);
    expect(rateOf()).toBe(300);
  });

  test('a report of 900 million tokens sends its route to the worst case', () => {
    observe(900_000_000, 60_000);
    expect(rateOf()).toBeUndefined();
  });

  test('an answer with a prediction teaches nothing, and a request with one holds its worst case', () => {
    const predicted = { choices: 1, hasUnpacedOutput: true };
    paces.observe(route(), predicted, { outputTokens: 900_000, elapsedMs: 1_000 });
    expect(lines).toEqual([]);
    expect(paces.of(route(), predicted)).toBeUndefined();
    expect(rateOf()).toBe(100);
  });

  test('a route whose provider buffers has no pace and is never reported', () => {
    const buffered = route('one', { pace: { delivery: 'buffered' } });
    observe(900_000, 1_000, buffered);
    expect(paces.of(buffered, ONE)).toBeUndefined();
    expect(lines).toEqual([]);
  });

  test('the memory of a process is bounded, and the routes that were learned last stay', () => {
    for (let model = 0; model < 5_000; model += 1) observe(3_000, 10_000, route(`model-${model}`));
    expect(rateOf(route('model-0'))).toBe(100);
    expect(rateOf(route('model-4999'))).toBe(200);
  });
});

test('after any reports, a route holds its worst case or has a pace that covers each of them', () => {
  const report = fc.record({
    outputTokens: fc.integer({ min: 0, max: 100_000 }),
    elapsedMs: fc.integer({ min: 1_000, max: 600_000 }),
    choices: fc.integer({ min: 1, max: 16 }),
  });
  fc.assert(
    fc.property(fc.array(report, { minLength: 1, maxLength: 20 }), (reports) => {
      paces = newBook();
      for (const { outputTokens, elapsedMs, choices } of reports) observe(outputTokens, elapsedMs, route(), choices);
      const pace = paces.of(route(), ONE);
      if (pace === undefined) return;
      expect(pace.tokensPerSecond).toBeLessThanOrEqual(400);
      for (const { outputTokens, elapsedMs, choices } of reports) {
        const bound = new ProducedBound({ pace, choices, outputTokensMax: Infinity, sentAt: 0 });
        expect(bound.at(elapsedMs)).toBeGreaterThanOrEqual(outputTokens);
      }
    }),
  );
});
