import { HotAccount, type HotAccountReport } from './hot-account';

// A shorter load than that of `npm run simulate:hot`, with faster responses so that it needs fewer environments.
const LOAD = { requestsPerSecond: 5_000, rampSeconds: 3, seconds: 5, providerMs: 300, seed: 20_261_121 };

describe('five thousand requests a second on one account', () => {
  let report: HotAccountReport;

  beforeAll(async () => {
    report = await new HotAccount(LOAD).play();
    // This only guards against a hang: even a busy machine takes no more than minutes.
  }, 600_000);

  test('all requests on one hot account are served, and no partition throttles a call', () => {
    expect(report.requests).toBeGreaterThan(30_000);
    expect([...report.failures]).toEqual([]);
    expect(report.throttled).toBe(0);
  });

  test('a request on a hot account costs at most three write units, including the end of its lease', () => {
    expect(report.writeUnitsPerRequest).toBeLessThanOrEqual(3);
  });

  test('a hot account uses at most half of the capacity of any partition', () => {
    for (const [kind, { reads, writes }] of Object.entries(report.peaks)) {
      expect([kind, writes <= 500, reads <= 1_500]).toEqual([kind, true, true]);
    }
  });

  test('all requests on a hot account are charged to the last pico-dollar, and the ledger adds up', () => {
    expect(report.spentPico).toBe(report.costPico);
    expect(report.differences).toEqual([]);
  });
});
