import type { DynamoDBRecord } from 'aws-lambda';
import { ACCOUNT } from '../wallet/wallet-stage';
import { CountingStore } from './counting-store';
import { ReceiptStage } from './receipt-stage';

/** Dollars, on demand, in us-east-1. */
const PER_SIGNATURE = 0.15 / 10_000;
const PER_WRITE_UNIT = 0.625 / 1_000_000;
const PER_READ_UNIT = 0.125 / 1_000_000;

const MILLION = 1_000_000;
const MINUTES_PER_MONTH = 43_200;

interface Traffic {
  readonly requestsPerMinute: number;
  readonly accounts: number;
  /** How many batches the stream makes of a minute's changes. */
  readonly batches: number;
}

/** The commit's last digit: whoever is in one batch is then in all of them. */
const digitOf = ({ eventID = '' }: DynamoDBRecord): string => eventID.slice(-4, -3);

/** What a million receipts cost at this traffic, by what the pipeline and the sealer write and read in a minute. */
async function costPerMillion({ requestsPerMinute, accounts, batches }: Traffic) {
  const stage = new ReceiptStage();
  const minute = async (): Promise<CountingStore> => {
    const accountIds = Array.from(
      { length: accounts },
      (_, index) => `${ACCOUNT.slice(0, -4)}${String(index).padStart(4, '0')}`,
    );
    for (const accountId of accountIds) await stage.ended(requestsPerMinute / accounts, accountId);
    // The requests of a minute come in no order of their accounts.
    const changes = (await stage.changes()).sort((one, other) => digitOf(one).localeCompare(digitOf(other)));
    const store = new CountingStore(stage.engine);
    const size = Math.ceil(changes.length / batches);
    for (let first = 0; first < changes.length; first += size)
      await stage.pipe(changes.slice(first, first + size), store);
    expect(await stage.seal(store)).toMatchObject({ receipts: requestsPerMinute, seals: 1 });
    return store;
  };
  // The first minute publishes the key, and has no tree before it.
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
  test('are signed for less than ten cents from six and a half million requests a month on', () => {
    const monthly = MINUTES_PER_MONTH * PER_SIGNATURE;
    expect(monthly).toBeCloseTo(0.648, 3);
    expect(monthly / 6.5).toBeLessThan(0.1);
  });

  // 150 a minute are six and a half million a month. The figures are those of ADR 0010, in dollars.
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
  ])('cost at %j at most %j', async (traffic, most) => {
    const { signing, writing, reading } = await costPerMillion(traffic);
    expect(signing).toBeLessThanOrEqual(most.signing);
    expect(writing + reading).toBeLessThanOrEqual(most.storing);
  });
});

test('a month without requests costs ten cents, for looking', async () => {
  const stage = new ReceiptStage();
  const store = new CountingStore(stage.engine);
  await stage.seal(store);
  expect(store.writeUnits).toBe(0);
  expect(store.readUnits * PER_READ_UNIT * MINUTES_PER_MONTH).toBeLessThan(0.1);
});
