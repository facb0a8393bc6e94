import type { DynamoDBRecord } from 'aws-lambda';
import { ACCOUNT } from '../wallet/wallet-stage';
import { CountingStore } from './counting-store';
import { ReceiptStage } from './receipt-stage';

/** On-demand prices in us-east-1, in dollars. */
const PER_SIGNATURE = 0.15 / 10_000;
const PER_WRITE_UNIT = 0.625 / 1_000_000;
const PER_READ_UNIT = 0.125 / 1_000_000;

const MILLION = 1_000_000;
const MINUTES_PER_MONTH = 43_200;

interface Traffic {
  readonly requestsPerMinute: number;
  readonly accounts: number;
  /** The number of batches in which the stream delivers the changes of a minute. */
  readonly batches: number;
}

/** The last digit of the commit. Sorting by it spreads every account over all batches. */
const digitOf = ({ eventID = '' }: DynamoDBRecord): string => eventID.slice(-4, -3);

/** The cost of a million receipts in dollars, extrapolated from the reads and writes of one minute. */
async function costPerMillion({ requestsPerMinute, accounts, batches }: Traffic) {
  const stage = new ReceiptStage();
  const minute = async (): Promise<CountingStore> => {
    const accountIds = Array.from(
      { length: accounts },
      (_, index) => `${ACCOUNT.slice(0, -4)}${String(index).padStart(4, '0')}`,
    );
    for (const accountId of accountIds) await stage.endRequests(requestsPerMinute / accounts, accountId);
    // Real requests are not ordered by account.
    const changes = (await stage.changes()).sort((one, other) => digitOf(one).localeCompare(digitOf(other)));
    const store = new CountingStore(stage.engine);
    const size = Math.ceil(changes.length / batches);
    for (let first = 0; first < changes.length; first += size)
      await stage.pipe(changes.slice(first, first + size), store);
    expect(await stage.seal(store)).toMatchObject({ receipts: requestsPerMinute, seals: 1 });
    return store;
  };
  // The first minute is not typical: it publishes the key and has no previous tree.
  await minute();
  const { writeUnits, readUnits } = await minute();
  const perMillion = (dollars: number): number => (dollars * MILLION) / requestsPerMinute;
  return {
    signing: perMillion(PER_SIGNATURE),
    writing: perMillion(writeUnits * PER_WRITE_UNIT),
    reading: perMillion(readUnits * PER_READ_UNIT),
  };
}

describe('a million receipts', () => {
  test('signing a million receipts costs less than ten cents from 6.5 million requests a month on', () => {
    const monthly = MINUTES_PER_MONTH * PER_SIGNATURE;
    expect(monthly).toBeCloseTo(0.648, 3);
    expect(monthly / 6.5).toBeLessThan(0.1);
  });

  // 150 requests a minute are 6.5 million a month. The limits are the figures of ADR 0010, in dollars.
  test.each<[Traffic, { readonly signing: number; readonly storing: number }]>([
    [
      { requestsPerMinute: 150, accounts: 1, batches: 2 },
      { signing: 0.1, storing: 0.15 },
    ],
    [
      { requestsPerMinute: 150, accounts: 30, batches: 2 },
      { signing: 0.1, storing: 0.33 },
    ],
    [
      { requestsPerMinute: 6_000, accounts: 30, batches: 8 },
      { signing: 0.003, storing: 0.11 },
    ],
  ])('a million receipts at %j cost at most %j', async (traffic, most) => {
    const { signing, writing, reading } = await costPerMillion(traffic);
    expect(signing).toBeLessThanOrEqual(most.signing);
    expect(writing + reading).toBeLessThanOrEqual(most.storing);
  });
});

test('a month without requests costs less than ten cents for polling', async () => {
  const stage = new ReceiptStage();
  const store = new CountingStore(stage.engine);
  await stage.seal(store);
  expect(store.writeUnits).toBe(0);
  expect(store.readUnits * PER_READ_UNIT * MINUTES_PER_MONTH).toBeLessThan(0.1);
});
