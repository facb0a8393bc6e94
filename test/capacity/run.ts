import { parseArgs } from 'node:util';
import { formatUsd } from '../../lambdas/domain/money/pico';
import { HotAccount } from './hot-account';

/** `npm run simulate:hot -- --rate R --ramp S --seconds S --provider MS --seed N`: a load on one account, in virtual time. */
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '5000' },
    ramp: { type: 'string', default: '75' },
    seconds: { type: 'string', default: '150' },
    provider: { type: 'string', default: '1500' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const load = {
  requestsPerSecond: Number(values.rate),
  rampSeconds: Number(values.ramp),
  seconds: Number(values.seconds),
  providerMs: Number(values.provider),
  seed: Number(values.seed),
};
if (!Object.values(load).every((number) => Number.isFinite(number) && number >= 0)) {
  throw new RangeError('--rate, --ramp, --seconds, --provider (milliseconds) and --seed must be numbers');
}
const startedAt = performance.now();
const print = (line: string): void => void process.stdout.write(`${line}\n`);
print(`One account, ${JSON.stringify(load)}`);
const report = await new HotAccount(load).play();
const { requests, environments, throttled, conflicts, failures, peaks } = report;
print(`${requests} requests, ${environments} environments, ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
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
print(`differences in the ledger: ${report.differences.length}`);
