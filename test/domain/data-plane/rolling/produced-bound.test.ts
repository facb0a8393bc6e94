import fc from 'fast-check';
import { ProducedBound } from '../../../../lambdas/domain/data-plane/rolling/produced-bound';

const START = 1_000_000;
const PACE = { burstTokens: 100, tokensPerSecond: 10, isIncremental: true };
const OPTIONS = { pace: PACE, choices: 1, outputTokensMax: 100_000, sentAt: START };

describe('the bound of what a provider has produced', () => {
  test('the bytes that were seen lower the bound, and later time raises it again', () => {
    const bound = new ProducedBound(OPTIONS);
    expect(bound.at(START + 100_000)).toBe(1_100);
    bound.seen(300, START + 100_000);
    expect(bound.at(START + 100_000)).toBe(400);
    expect(bound.at(START + 110_000)).toBe(500);
  });

  test('bytes that contain more than the pace allows do not raise the bound', () => {
    const bound = new ProducedBound(OPTIONS);
    bound.seen(50_000, START + 1_000);
    expect(bound.at(START + 1_000)).toBe(110);
  });

  test('an answer that hides output, or that is withheld, is bounded by time alone', () => {
    const bound = new ProducedBound({ ...OPTIONS, pace: { ...PACE, isIncremental: false } });
    bound.seen(0, START + 100_000);
    expect(bound.at(START + 100_000)).toBe(1_100);
  });

  test('the bytes that are read after a client made the gateway wait do not lower the bound', () => {
    const bound = new ProducedBound(OPTIONS);
    bound.seen(10, START + 10_000);
    bound.pauseReading();
    bound.seen(11, START + 20_000);
    expect(bound.at(START + 20_000)).toBe(10 + 100 + 100);
  });

  test('a report replaces what the pace assumed, also for an answer that hides output or is withheld', () => {
    const bound = new ProducedBound({ ...OPTIONS, pace: { ...PACE, isIncremental: false } });
    expect(bound.reported(40, START + 100_000)).toBe(false);
    expect(bound.at(START + 100_000)).toBe(140);
    expect(bound.at(START + 110_000)).toBe(240);
  });

  test('a report replaces what the bytes could contain', () => {
    const bound = new ProducedBound(OPTIONS);
    bound.seen(900, START + 100_000);
    bound.reported(300, START + 100_000);
    expect(bound.at(START + 100_000)).toBe(400);
  });

  test('bytes that contain less than was reported do not lower the bound below the report', () => {
    const bound = new ProducedBound(OPTIONS);
    bound.reported(900, START + 100_000);
    bound.seen(300, START + 110_000);
    expect(bound.at(START + 110_000)).toBe(1_000);
    bound.seen(300, START + 110_000);
    expect(bound.at(START + 111_000)).toBe(1_010);
  });

  test('a report of more than the request allows raises the bound once', () => {
    const bound = new ProducedBound(OPTIONS);
    expect(bound.reported(900_000_000, START)).toBe(true);
    expect(bound.reported(900_000_001, START)).toBe(false);
    expect(bound.at(START)).toBe(100_000);
    expect(new ProducedBound({ ...OPTIONS, outputTokensMax: 100 }).reported(101, START)).toBe(false);
  });

  test('a report that is read again later does not lower the bound', () => {
    const bound = new ProducedBound(OPTIONS);
    bound.reported(40, START + 10_000);
    bound.reported(40, START + 100_000);
    expect(bound.at(START + 100_000)).toBe(40 + 100 + 900);
  });

  test('a report that is read after a client made the gateway wait may be old, and does not lower the bound', () => {
    const bound = new ProducedBound(OPTIONS);
    bound.pauseReading();
    bound.reported(40, START + 100_000);
    expect(bound.at(START + 100_000)).toBe(1_100);
  });

  test('a report of more than the pace allows raises the bound, also after a pause', () => {
    const bound = new ProducedBound(OPTIONS);
    expect(bound.reported(5_000, START + 1_000)).toBe(true);
    expect(bound.at(START + 1_000)).toBe(5_100);
    bound.pauseReading();
    expect(bound.reported(9_000, START + 2_000)).toBe(true);
    expect(bound.at(START + 2_000)).toBe(9_100);
    expect(bound.reported(900_000_000, START + 3_000)).toBe(true);
    expect(bound.at(START + 3_000)).toBe(100_000);
  });

  test('twenty thousand tokens in one packet after ten silent seconds stay below the bound of eight fast choices', () => {
    const pace = { burstTokens: 1_024, tokensPerSecond: 3_000, isIncremental: true };
    const bound = new ProducedBound({ ...OPTIONS, pace, choices: 8 });
    bound.seen(0, START);
    expect(bound.at(START + 10_000)).toBeGreaterThanOrEqual(20_000);
    bound.seen(80_000, START + 10_000);
    expect(bound.at(START + 10_000)).toBe(81_024);
  });

  test('a request that cannot produce more than so many tokens never does', () => {
    const bound = new ProducedBound({ ...OPTIONS, outputTokensMax: 500 });
    expect(bound.msUntil(500, START)).toBe(Number.POSITIVE_INFINITY);
    expect(bound.msUntil(499, START)).toBe(39_901);
  });

  test('a clock that was set back lowers no bound below the burst', () => {
    const bound = new ProducedBound(OPTIONS);
    expect(bound.at(START - 60_000)).toBe(100);
    expect(bound.msUntil(100, START - 60_000)).toBe(60_001);
  });
});

const pace = fc.record({
  burstTokens: fc.integer({ min: 1, max: 5_000 }),
  tokensPerSecond: fc.integer({ min: 10, max: 4_000 }),
  isIncremental: fc.boolean(),
});
const options = fc.record({
  pace,
  choices: fc.integer({ min: 1, max: 128 }),
  outputTokensMax: fc.integer({ min: 1, max: 3_000_000 }),
  sentAt: fc.constant(START),
});
const share = fc.double({ min: 0, max: 1, noNaN: true });
const steps = fc.array(
  fc.record({
    waitMs: fc.integer({ min: 0, max: 20_000 }),
    /** How much the provider produces of what its pace allows. */
    speed: share,
    /** How much it withholds of what it may, or, after a pause, how much is still unread. */
    withheld: share,
    bytesPerToken: fc.integer({ min: 1, max: 6 }),
    isPaused: fc.boolean(),
    /** How much of a burst a report leaves out, or, after a pause, how old it is. */
    reportLag: fc.option(share, { nil: undefined }),
  }),
  { minLength: 1, maxLength: 30 },
);

describe('every history of a provider that keeps to its pace', () => {
  test('the provider has never produced more than the bound', () => {
    fc.assert(
      fc.property(options, steps, (given, history) => {
        const { burstTokens, tokensPerSecond, isIncremental } = given.pace;
        const bound = new ProducedBound(given);
        const allowedAfter = (ms: number): number => burstTokens + (tokensPerSecond * given.choices * ms) / 1_000;
        let now = START;
        let wasPaused = false;
        let [produced, passedOn, bytes] = [0, 0, 0];
        // The most that it may have produced, by all moments at which it passed something on.
        let allowed = (at: number): number => allowedAfter(at - START);
        for (const { waitMs, speed, withheld, bytesPerToken, isPaused, reportLag } of history) {
          now += waitMs;
          produced += Math.floor((Math.min(given.outputTokensMax, Math.floor(allowed(now))) - produced) * speed);
          expect(bound.at(now)).toBeGreaterThanOrEqual(produced);
          const late = produced - passedOn;
          const arrived = late - Math.floor(withheld * (isIncremental ? Math.min(burstTokens, late) : late));
          passedOn += arrived;
          bytes += arrived * bytesPerToken;
          if (isPaused) bound.pauseReading();
          wasPaused ||= isPaused;
          bound.seen(wasPaused ? Math.floor(bytes * (1 - withheld)) : bytes, now);
          expect(bound.at(now)).toBeGreaterThanOrEqual(produced);
          const [since, seen, before] = [now, passedOn, allowed];
          if (isIncremental) allowed = (at) => Math.min(before(at), seen + allowedAfter(at - since));
          if (reportLag === undefined) continue;
          const unreported = Math.floor(reportLag * (wasPaused ? produced : Math.min(burstTokens, produced)));
          const [reported, beforeReport] = [produced - unreported, allowed];
          expect(bound.reported(reported, now)).toBe(false);
          expect(bound.at(now)).toBeGreaterThanOrEqual(produced);
          if (!wasPaused) allowed = (at) => Math.min(beforeReport(at), reported + allowedAfter(at - since));
        }
      }),
    );
  });

  test('bytes never raise the bound, and time never lowers it', () => {
    fc.assert(
      fc.property(options, steps, fc.nat(5_000), (given, history, step) => {
        const bound = new ProducedBound(given);
        let now = START;
        for (const { waitMs, bytesPerToken } of history) {
          const before = bound.at(now);
          now += waitMs;
          const later = bound.at(now);
          expect(later).toBeGreaterThanOrEqual(before);
          bound.seen(step * bytesPerToken, now);
          expect(bound.at(now)).toBeLessThanOrEqual(later);
          expect(bound.at(now)).toBeLessThanOrEqual(given.outputTokensMax);
        }
      }),
    );
  });

  test('the time until a number of tokens is the first at which the bound exceeds it', () => {
    fc.assert(
      fc.property(options, steps, fc.integer({ min: -10, max: 3_000_000 }), (given, history, tokens) => {
        const bound = new ProducedBound(given);
        let now = START;
        for (const { waitMs, bytesPerToken } of history) {
          now += waitMs;
          bound.seen(bytesPerToken * 1_000, now);
          const ms = bound.msUntil(tokens, now);
          if (ms === Number.POSITIVE_INFINITY) {
            expect(bound.at(now + 1e9)).toBeLessThanOrEqual(tokens);
            continue;
          }
          expect(Number.isSafeInteger(ms)).toBe(true);
          expect(bound.at(now + ms)).toBeGreaterThan(tokens);
          if (ms > 0) expect(bound.at(now + ms - 1)).toBeLessThanOrEqual(tokens);
        }
      }),
    );
  });
});
