import { HotAccount, type HotAccountReport } from './hot-account';

// A shorter load than `npm run simulate:hot` plays, with faster answers so that it takes fewer environments.
const LOAD = { requestsPerSecond: 5_000, rampSeconds: 3, seconds: 5, providerMs: 300, seed: 20_261_121 };

describe('five thousand requests a second on one account', () => {
  let report: HotAccountReport;

  beforeAll(async () => {
    report = await new HotAccount(LOAD).play();
    // A guard, as any test's time; a busy machine plays it in minutes.
  }, 600_000);

  test('are all served: no partition turns a call away', () => {
    expect(report.requests).toBeGreaterThan(30_000);
    expect([...report.failures]).toEqual([]);
    expect(report.throttled).toBe(0);
  });

  test('cost at most three write units each, the ends of their leases included', () => {
    expect(report.writeUnitsPerRequest).toBeLessThanOrEqual(3);
  });

  test('keep every partition at half of what one takes, or less', () => {
    for (const [kind, { reads, writes }] of Object.entries(report.peaks)) {
      expect([kind, writes <= 500, reads <= 1_500]).toEqual([kind, true, true]);
    }
  });

  test('are paid to the last pico-dollar, and the ledger adds up', () => {
    expect(report.spentPico).toBe(report.costPico);
    expect(report.differences).toEqual([]);
  });
});
