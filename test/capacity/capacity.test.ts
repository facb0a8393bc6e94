import { HOT_ACCOUNT, HOT_RECEIPTS } from './expectations';
import { HotAccount, type HotAccountReport } from './hot-account';
import { HotReceipts, type HotReceiptsReport } from './hot-receipts';

// Samples of what `npm run simulate:hot` plays. At this rate an account without leases would be throttled already.
const SEED = 20_261_121;
const ACCOUNT_LOAD = { requestsPerSecond: 1_500, rampSeconds: 1, seconds: 3, providerMs: 300, seed: SEED };
const BUDGET_LOAD = {
  requestsPerSecond: 1_000,
  rampSeconds: 1,
  seconds: 3,
  providerMs: 120,
  budgetUsd: 10_000,
  processes: 20,
  seed: SEED,
};
const RECEIPTS_LOAD = { requestsPerSecond: 1_000, minutes: 1, seed: SEED };

describe(`with ${ACCOUNT_LOAD.requestsPerSecond} requests a second,`, () => {
  let report: HotAccountReport;
  beforeAll(async () => {
    report = await new HotAccount(ACCOUNT_LOAD).play();
    expect(report.requests).toBeGreaterThan(4_500);
  });

  test.each(HOT_ACCOUNT)('$what', ({ violations }) => {
    expect(violations(report)).toEqual([]);
  });
});

describe(`with ${BUDGET_LOAD.requestsPerSecond} requests a second on an account with a budget and ${BUDGET_LOAD.processes} processes,`, () => {
  let report: HotAccountReport;
  beforeAll(async () => {
    report = await new HotAccount(BUDGET_LOAD).play();
    expect(report.requests).toBeGreaterThan(3_000);
  });

  test.each(HOT_ACCOUNT)('$what, also if the account has a budget', ({ violations }) => {
    expect(violations(report)).toEqual([]);
  });
});

describe(`with ${RECEIPTS_LOAD.requestsPerSecond} receipts a second,`, () => {
  let report: HotReceiptsReport;
  beforeAll(async () => {
    report = await new HotReceipts(RECEIPTS_LOAD).play();
  });

  test.each(HOT_RECEIPTS)('$what', ({ violations }) => {
    expect(violations(report)).toEqual([]);
  });
});
