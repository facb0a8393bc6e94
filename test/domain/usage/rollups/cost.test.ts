import type { UsageRecord } from '../../../../lambdas/contracts/storage/usage-record';
import { CountingStore } from '../../receipts/counting-store';
import { Random } from '../../../simulation/random';
import { changeOf, RollUpStage } from './roll-up-stage';

/** On-demand prices in us-east-1, in dollars. */
const PER_WRITE_UNIT = 0.625 / 1_000_000;
const PER_READ_UNIT = 0.125 / 1_000_000;
const MILLION = 1_000_000;

interface Traffic {
  readonly requestsPerSecond: number;
  readonly keys: number;
  readonly models: number;
  /** @default requests name no end users */
  readonly endUsers?: number;
  /** The number of shards of the stream, each with batches of its own. */
  readonly shards: number;
}

/** The records that Lambda collects in one batch: a window of 30 seconds, and at most 1,000 records. */
const batchOf = ({ requestsPerSecond, shards }: Traffic): number =>
  Math.max(1, Math.min(1_000, Math.floor((requestsPerSecond * 30) / shards)));

/** Requests of one account with durations from tenths of a second to a minute, which fill many buckets. */
function recordsOf(
  stage: RollUpStage,
  { requestsPerSecond, keys, models, endUsers = 0 }: Traffic,
  count: number,
): UsageRecord[] {
  const random = new Random(1);
  return Array.from({ length: count }, () => {
    stage.now += 1_000 / requestsPerSecond;
    const firstByteMs = Math.floor(200 * 2 ** (4 * random.fraction()));
    const key = Math.floor(random.fraction() * keys);
    const model = Math.floor(random.fraction() * models);
    return stage.record({
      at: new Date(Math.floor(stage.now)).toISOString(),
      keyId: `01JD${String(key).padStart(22, '0')}`,
      model: `model-${model}`,
      provider: model % 2 === 0 ? 'openai' : 'anthropic',
      labels: { team: `team-${key % 4}`, project: `project-${key % 3}` },
      usage: { input: 12_345, cachedInput: 100_000, output: 1_234, reasoning: 2_345 },
      costPico: 12_345_678_901n,
      firstByteMs,
      ...(endUsers > 0 && { endUser: `user${String(Math.floor(random.fraction() * endUsers)).padStart(18, '0')}` }),
      durationMs: firstByteMs + Math.floor(1_000 * 2 ** (6 * random.fraction())),
      ...(random.fraction() < 0.02 && { status: 'provider_error' as const, httpStatus: 502 }),
    });
  });
}

/** The units per request, once the roll-ups of the hour, the day and the month have filled. */
async function unitsPerRequest(traffic: Traffic) {
  const stage = new RollUpStage();
  const batch = batchOf(traffic);
  const batches = batch < 100 ? 30 : 2;
  const records = recordsOf(stage, traffic, batch * batches * 2);
  const store = new CountingStore(stage.engine);
  const rollUps = stage.rollUpsOn(store);
  for (let first = 0; first < records.length; first += batch) {
    if (first === batch * batches) [store.writeUnits, store.readUnits] = [0, 0];
    await rollUps.count(records.slice(first, first + batch).map(changeOf));
  }
  const requests = batch * batches;
  return { writeUnits: store.writeUnits / requests, readUnits: store.readUnits / requests };
}

const dollarsPerMillion = ({ writeUnits, readUnits }: { readonly writeUnits: number; readonly readUnits: number }) =>
  (writeUnits * PER_WRITE_UNIT + readUnits * PER_READ_UNIT) * MILLION;

// The limits are the figures of ADR 0028.
test.each<[string, Traffic, { readonly writeUnits: number; readonly dollars: number }]>([
  [
    'an account with 100 requests a second, 10 keys and 5 models',
    { requestsPerSecond: 100, keys: 10, models: 5, shards: 1 },
    { writeUnits: 0.25, dollars: 0.16 },
  ],
  [
    'an account with 100 requests a second, 50 keys and 20 models, on 4 shards of the stream',
    { requestsPerSecond: 100, keys: 50, models: 20, shards: 4 },
    { writeUnits: 0.9, dollars: 0.6 },
  ],
  [
    'an account with 100 requests a second, 1,000 keys and 50 models, on 4 shards of the stream',
    { requestsPerSecond: 100, keys: 1_000, models: 50, shards: 4 },
    { writeUnits: 5.1, dollars: 3.3 },
  ],
  [
    'an account with a request a second, 10 keys and 5 models',
    { requestsPerSecond: 1, keys: 10, models: 5, shards: 1 },
    { writeUnits: 6, dollars: 4 },
  ],
  [
    'an account with a request a minute, of one key with two labels',
    { requestsPerSecond: 1 / 60, keys: 1, models: 1, shards: 1 },
    { writeUnits: 46, dollars: 29 },
  ],
])('the roll-ups of %s cost no more per request than the record of the decision says', async (_, traffic, most) => {
  const units = await unitsPerRequest(traffic);
  expect(units.writeUnits).toBeLessThanOrEqual(most.writeUnits);
  expect(dollarsPerMillion(units)).toBeLessThanOrEqual(most.dollars);
});

test('roll-ups add at most 3 write units to a request at 100 requests a second on one account, also with 300 keys and 50 models', async () => {
  const { writeUnits } = await unitsPerRequest({ requestsPerSecond: 100, keys: 300, models: 50, shards: 2 });
  expect(writeUnits).toBeLessThanOrEqual(3);
});

test('roll-ups with end users add at most 3 write units to a request at 100 requests a second on one account, also with 1,000 end users', async () => {
  const traffic = { requestsPerSecond: 100, keys: 10, models: 5, shards: 1, endUsers: 1_000 };
  expect((await unitsPerRequest(traffic)).writeUnits).toBeLessThanOrEqual(3);
});
