/**
 * `npm run simulate:hot -- --rate R --ramp S --seconds S --provider MS --minutes M --budget-rate R --budget-seconds S
 * --seed N`: plays a load on one account in virtual time, then one on an account with a budget, then seals the receipts of
 * such a load, and fails if an expectation is not met.
 */
import { parseArgs } from 'node:util';
import { formatUsd } from '../../lambdas/domain/money/pico';
import { conclude, judge, numberOf, print } from '../support/long-run';
import { HOT_ACCOUNT, HOT_RECEIPTS } from './expectations';
import { HotAccount, type HotAccountLoad } from './hot-account';
import { HotReceipts, type HotReceiptsLoad } from './hot-receipts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '5000' },
    ramp: { type: 'string', default: '75' },
    seconds: { type: 'string', default: '150' },
    provider: { type: 'string', default: '1500' },
    minutes: { type: 'string', default: '2' },
    'budget-rate': { type: 'string', default: '1000' },
    'budget-seconds': { type: 'string', default: '60' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const seed = numberOf('seed', values.seed);
const requestsPerSecond = numberOf('rate', values.rate);

async function playAccount(load: HotAccountLoad): Promise<void> {
  print(`One account, ${JSON.stringify(load)}`);
  const report = await new HotAccount(load).play();
  const { requests, environments, throttled, conflicts, failures, peaks } = report;
  print(`${requests} requests, ${environments} environments, ${(performance.now() / 1_000).toFixed(0)} s`);
  print(
    `throttled calls: ${throttled}, retried conflicts: ${conflicts}, failed requests: ${[...failures].join(' ') || 'none'}`,
  );
  print(
    `per request: ${report.writeUnitsPerRequest.toFixed(2)} write units, ${report.readUnitsPerRequest.toFixed(2)} read units`,
  );
  for (const [kind, { reads, writes }] of Object.entries(peaks)) {
    print(`busiest second of a partition, ${kind}: ${writes} write units, ${reads} read units`);
  }
  print(
    `held at most $${formatUsd(report.heldPeakPico)}; cost $${formatUsd(report.costPico)}, spent $${formatUsd(report.spentPico)}`,
  );
  judge(report, HOT_ACCOUNT);
}

async function playReceipts(load: HotReceiptsLoad): Promise<void> {
  print(`Its receipts, ${JSON.stringify(load)}`);
  const report = await new HotReceipts(load).play();
  for (const { receipts, tookMs } of report.minutes) print(`${receipts} receipts sealed in ${Math.ceil(tookMs)} ms`);
  judge(report, HOT_RECEIPTS);
}

await playAccount({
  requestsPerSecond,
  rampSeconds: numberOf('ramp', values.ramp),
  seconds: numberOf('seconds', values.seconds),
  providerMs: numberOf('provider', values.provider),
  seed,
});
// The same account with a budget of its own, on a hundred processes that serve many requests at a time.
await playAccount({
  requestsPerSecond: numberOf('budget-rate', values['budget-rate']),
  rampSeconds: 15,
  seconds: numberOf('budget-seconds', values['budget-seconds']),
  providerMs: numberOf('provider', values.provider),
  budgetUsd: 10_000,
  processes: 100,
  seed,
});
await playReceipts({ requestsPerSecond, minutes: numberOf('minutes', values.minutes), seed });
conclude();
