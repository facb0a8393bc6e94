import type { Expectation } from '../support/long-run';
import type { HotAccountReport } from './hot-account';
import type { HotReceiptsReport } from './hot-receipts';

/** Half of what one DynamoDB partition takes in a second. */
const PEAK_WRITE_UNITS_MAX = 500;
const PEAK_READ_UNITS_MAX = 1_500;
const WRITE_UNITS_PER_REQUEST_MAX = 3;
/** A function that seals for longer is stopped. */
const SEAL_MS_MAX = 55_000;

const unless = (holds: boolean, violation: string): readonly string[] => (holds ? [] : [violation]);

export const HOT_ACCOUNT: readonly Expectation<HotAccountReport>[] = [
  {
    what: 'all requests on a hot account are served, and no partition throttles a call',
    violations: ({ failures, throttled }) => [
      ...[...failures].map(([name, count]) => `${count} requests failed with ${name}`),
      ...unless(throttled === 0, `${throttled} calls were throttled`),
    ],
  },
  {
    what: 'a request on a hot account costs at most three write units, including the end of its lease',
    violations: ({ writeUnitsPerRequest }) =>
      unless(writeUnitsPerRequest <= WRITE_UNITS_PER_REQUEST_MAX, `${writeUnitsPerRequest} write units per request`),
  },
  {
    what: 'a hot account uses at most half of the capacity of any partition',
    violations: ({ peaks }) =>
      Object.entries(peaks)
        .filter(([, { reads, writes }]) => writes > PEAK_WRITE_UNITS_MAX || reads > PEAK_READ_UNITS_MAX)
        .map(([kind, { reads, writes }]) => `${kind}: ${writes} write units, ${reads} read units in a second`),
  },
  {
    what: 'all requests on a hot account are charged to the last pico-dollar, and the ledger adds up',
    violations: ({ spentPico, costPico, differences }) => [
      ...unless(spentPico === costPico, `they cost ${costPico} and ${spentPico} was spent`),
      ...differences,
    ],
  },
];

export const HOT_RECEIPTS: readonly Expectation<HotReceiptsReport>[] = [
  {
    what: 'the receipts of a hot account are sealed within their minute',
    violations: ({ minutes, requestsPerMinute }) =>
      minutes.filter(
        ({ receipts, overtaken, tookMs }) => receipts !== requestsPerMinute || overtaken || tookMs >= SEAL_MS_MAX,
      ),
  },
  {
    what: 'every request on a hot account has exactly one sealed receipt',
    violations: ({ requests, sealed }) => unless(sealed === requests, `${sealed} receipts of ${requests} requests`),
  },
  {
    what: 'sealing more than a partition takes in a second waits and goes on',
    violations: ({ throttled }) => unless(throttled > 0, 'no call was throttled: the load is too small to show it'),
  },
];
