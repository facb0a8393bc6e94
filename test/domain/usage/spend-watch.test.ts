import type { DynamoDBRecord } from 'aws-lambda';
import { usageRecordKey } from '../../../lambdas/contracts/storage/table-keys/usage';
import { USAGE } from '../../../lambdas/contracts/storage/tables';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { verifyAudit } from '../../../lambdas/domain/audit/verify-audit';
import { DAY_MS } from '../../../lambdas/domain/clock';
import { TRUSTED_MS } from '../../../lambdas/domain/keys/key-suspensions';
import { exists } from '../../../lambdas/domain/table/condition';
import { TransactionCancelled } from '../../../lambdas/domain/table/table-errors';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { ParkedChanges } from '../../../lambdas/domain/usage/parked/parked-changes';
import { KeySpend } from '../../../lambdas/domain/usage/spend-watch/key-spend';
import { putUsageRecord } from '../../../lambdas/domain/usage/records/usage-records';
import { FaultyStore } from '../wallet/faulty-store';
import { ACCOUNT } from '../wallet/wallet-stage';
import { DOLLAR, HOUR_MS, RETENTION_DAYS, SpendStage } from './spend-stage';

let stage: SpendStage;
beforeEach(async () => {
  stage = await SpendStage.open();
});

const spentNow = (counterId = stage.keyId) =>
  new KeySpend(stage).inHour({ accountId: ACCOUNT, counterId, hour: new Date(stage.now).toISOString().slice(0, 13) });

/** Retries a failed batch in halves, down to single changes, as Lambda does. */
async function deliver(changes: readonly DynamoDBRecord[], store: TableStore): Promise<void> {
  try {
    await stage.pipe([...changes], store);
  } catch {
    const middle = Math.ceil(changes.length / 2);
    if (middle === changes.length) return;
    await deliver(changes.slice(0, middle), store);
    await deliver(changes.slice(middle), store);
  }
}

/** A store that fails every write to the audit log. */
const withoutAudit = (store: TableStore): TableStore => ({
  get: (get) => store.get(get),
  query: (query) => store.query(query),
  write: (write) => store.write(write),
  transact: (writes, token) =>
    writes.some(({ table }) => table.name === 'audit')
      ? Promise.reject(new TransactionCancelled([{ code: 'Invalid' }]))
      : store.transact(writes, token),
});

describe('a key whose spend jumps', () => {
  test('a key whose spend jumps is suspended by the deployment, with an audit event and an alarm', async () => {
    await stage.spendBaseline(2n * DOLLAR);
    await stage.spend(15n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
    await stage.spend(6n * DOLLAR);
    expect(await stage.keys.get(ACCOUNT, stage.keyId)).toMatchObject({
      suspendedAt: new Date(stage.now).toISOString(),
      suspensionReason: 'spend_jump',
    });
    const [event] = (await stage.audit.page(ACCOUNT, { limit: 1 })).items;
    expect(event).toMatchObject({ actor: 'deployment', action: 'key.suspend', target: stage.keyId });
    expect(event).toMatchObject({ before: { state: 'active' }, after: { state: 'suspended', reason: 'spend_jump' } });
    expect(await verifyAudit({ store: stage.store, clock: () => stage.now, chain: ACCOUNT })).toMatchObject({
      faults: [],
    });
    expect(stage.lines).toEqual([['KEY_SPEND_JUMPED', { accountId: ACCOUNT, keyId: stage.keyId }]]);
  });

  test('a suspended key is not suspended again', async () => {
    await stage.spendBaseline(2n * DOLLAR);
    await stage.spend(30n * DOLLAR);
    const { suspendedAt } = (await stage.keys.get(ACCOUNT, stage.keyId))!;
    stage.now += 60_000;
    await stage.spend(30n * DOLLAR);
    expect(await stage.keys.get(ACCOUNT, stage.keyId)).toMatchObject({ suspendedAt });
    expect(stage.lines).toHaveLength(1);
  });

  test('a resumed key is not suspended again for a day', async () => {
    await stage.spendBaseline(2n * DOLLAR);
    await stage.spend(30n * DOLLAR);
    await stage.suspensions.resume({ accountId: ACCOUNT, keyId: stage.keyId, actor: DEPLOYMENT });
    expect(await stage.isSuspended()).toBe(false);
    await stage.spend(500n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
    stage.now += TRUSTED_MS;
    await stage.spend(5_000n * DOLLAR);
    expect(await stage.isSuspended()).toBe(true);
  });

  test('a key whose suspension failed is suspended with its next request, and no spend is counted twice', async () => {
    await stage.spendBaseline(2n * DOLLAR);
    const { keyId } = await stage.keys.create({ accountId: ACCOUNT });
    await stage.record(30n * DOLLAR);
    for (let request = 0; request < 15; request += 1) await stage.record(1n, keyId);
    await deliver(stage.takeChanges(), withoutAudit(stage.store));
    expect([await stage.isSuspended(), await spentNow(), await spentNow(keyId)]).toEqual([false, 30n * DOLLAR, 15n]);
    expect(stage.lines).toEqual([
      ['KEY_SPEND_NOT_WATCHED', { accountId: ACCOUNT, keyId: stage.keyId, cause: 'TransactionCancelled' }],
    ]);
    await stage.spend(1n);
    expect(await stage.isSuspended()).toBe(true);
  });

  test('a revoked key is not suspended', async () => {
    await stage.spendBaseline(2n * DOLLAR);
    await stage.keys.revoke(stage.keyId);
    await stage.spend(30n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
    expect(stage.lines).toEqual([]);
  });
});

describe('keys that share counters', () => {
  const resume = () => stage.suspensions.resume({ accountId: ACCOUNT, keyId: stage.keyId, actor: DEPLOYMENT });

  test('a rotated key passes its baseline on to its successor', async () => {
    const { keyId: first } = stage;
    await stage.spendBaseline(2n * DOLLAR);
    await stage.rotate();
    await stage.rotate();
    await stage.spend(15n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
    await stage.spend(6n * DOLLAR);
    expect([await stage.isSuspended(), await stage.isSuspended(first)]).toEqual([true, false]);
    expect(stage.lines).toEqual([['KEY_SPEND_JUMPED', { accountId: ACCOUNT, keyId: stage.keyId }]]);
  });

  test('keys of one trust share a baseline, and each that spends after a jump is suspended', async () => {
    await stage.spendBaseline(2n * DOLLAR, () => stage.exchangeToken());
    const quiet = await stage.exchangeToken();
    const thief = await stage.exchangeToken();
    await stage.spend(30n * DOLLAR);
    await stage.exchangeToken();
    await stage.spend(1n);
    expect(await Promise.all([quiet, thief, stage.keyId].map((keyId) => stage.isSuspended(keyId)))).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('keys of one trust whose combined spend jumps are all suspended', async () => {
    await stage.spendBaseline(2n * DOLLAR, () => stage.exchangeToken());
    const together: string[] = [];
    for (let key = 0; key < 11; key += 1) {
      together.push(await stage.exchangeToken());
      await stage.record(2n * DOLLAR);
    }
    await stage.pipe();
    expect(await Promise.all(together.map((keyId) => stage.isSuspended(keyId)))).toEqual(together.map(() => true));
  });

  test('resuming one key of a trust protects all its keys from suspension for a day, including new ones', async () => {
    await stage.spendBaseline(2n * DOLLAR, () => stage.exchangeToken());
    await stage.exchangeToken();
    await stage.spend(30n * DOLLAR);
    await resume();
    await stage.exchangeToken();
    await stage.spend(500n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
    stage.now += TRUSTED_MS;
    await stage.exchangeToken();
    await stage.spend(5_000n * DOLLAR);
    expect(await stage.isSuspended()).toBe(true);
  });

  test('keys of one trust are each checked even if suspending another one fails', async () => {
    await stage.spendBaseline(2n * DOLLAR, () => stage.exchangeToken());
    const one = await stage.exchangeToken();
    await stage.record(15n * DOLLAR);
    const other = await stage.exchangeToken();
    await stage.record(15n * DOLLAR);
    await stage.pipe(stage.takeChanges(), withoutAudit(stage.store));
    const cause = 'TransactionCancelled';
    expect(stage.lines).toEqual(
      [one, other].map((keyId) => ['KEY_SPEND_NOT_WATCHED', { accountId: ACCOUNT, keyId, cause }]),
    );
  });
});

describe('spend that is not a jump', () => {
  test('a key with constantly high spend is not suspended', async () => {
    await stage.spendBaseline(1_000n * DOLLAR);
    await stage.spend(5_000n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
  });

  test('a key without a baseline is not suspended', async () => {
    await stage.spend(1_000n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
  });

  test('a key whose baseline is older than a week is not suspended', async () => {
    await stage.spendBaseline(2n * DOLLAR);
    stage.now += 8 * 24 * HOUR_MS;
    await stage.spend(30n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
  });

  test('a key is not suspended for records that arrive hours late', async () => {
    await stage.spendBaseline(2n * DOLLAR);
    await stage.record(30n * DOLLAR);
    stage.now += 3 * HOUR_MS;
    await stage.pipe();
    expect(await stage.isSuspended()).toBe(false);
  });

  test('a key is not suspended for the spend of another key', async () => {
    await stage.spendBaseline(2n * DOLLAR);
    const { keyId } = await stage.keys.create({ accountId: ACCOUNT });
    await stage.record(30n * DOLLAR, keyId);
    await stage.pipe();
    expect(await stage.isSuspended()).toBe(false);
  });
});

describe('adding up spend', () => {
  test('an unreadable record is parked, and the others of its batch are added up once', async () => {
    await stage.record(1n);
    await stage.record(2n);
    const [first, ...rest] = stage.takeChanges();
    const image = { ...first?.dynamodb?.NewImage, costPico: { S: 'a text' } };
    const changes = [{ ...first, dynamodb: { ...first?.dynamodb, NewImage: image } }, ...rest];
    await stage.pipe(changes);
    await stage.pipe(changes);
    expect(await spentNow()).toBe(2n);
    const parked = new ParkedChanges(stage).of('spend');
    expect((await parked.next()).value).toMatchObject({ changeId: first?.eventID, cause: 'ZodError' });
  });

  test('the removal of expired records is confirmed in the log, and changes no sums', async () => {
    for (const costPico of [1n, 2n]) await stage.record(costPico);
    await stage.pipe();
    stage.now += RETENTION_DAYS * DAY_MS;
    await stage.store.removeExpired();
    await stage.pipe();
    expect(stage.lines).toEqual([['USAGE_RECORDS_REMOVED', { count: 2 }]]);
  });

  test('a record that something else than its expiry removes is not confirmed as expired', async () => {
    const { accountId, requestId } = await stage.record(1n);
    await stage.pipe();
    await stage.store.write({ table: USAGE, delete: usageRecordKey(accountId, requestId) });
    await stage.pipe();
    expect(stage.lines).toEqual([]);
  });

  test('the records of a later release are added up like any other', async () => {
    await stage.record(DOLLAR);
    const later = { laterField: { L: [{ S: 'x' }] }, status: { S: 'paused' }, endpoint: { S: 'videos' } };
    await stage.pipe(
      stage.takeChanges().map((change) => {
        const { dynamodb } = change;
        return { ...change, dynamodb: { ...dynamodb, NewImage: { ...dynamodb?.NewImage, ...later } } };
      }),
    );
    expect(await spentNow()).toBe(DOLLAR);
  });

  test('spend is added up over requests and batches, and a repeated batch adds nothing', async () => {
    await stage.record(1n);
    await stage.record(2n);
    const changes = stage.takeChanges();
    await stage.pipe(changes);
    await stage.pipe(changes);
    expect(await spentNow()).toBe(3n);
    await stage.spend(4n);
    expect(await spentNow()).toBe(7n);
  });

  test('spend is added once despite conflicts and lost replies', async () => {
    await stage.record(3n);
    const store = new FaultyStore(stage.store);
    store.plan('conflict', 'unreachable', 'lost reply');
    await stage.pipe(stage.takeChanges(), store);
    expect(await spentNow()).toBe(3n);
  });

  test('a late charge adds only its difference to the earlier one', async () => {
    const record = await stage.record(0n);
    await stage.pipe();
    await stage.store.write(putUsageRecord({ ...record, costPico: 5n }, 90, exists()));
    await stage.pipe();
    expect(await spentNow()).toBe(5n);
  });

  test('spend of more keys than fit into one transaction is added up', async () => {
    const keyIds = Array.from({ length: 130 }, (_, key) => `01JD${String(key).padStart(22, '0')}`);
    for (const keyId of keyIds) await stage.record(7n, keyId);
    await stage.pipe();
    const hour = new Date(stage.now).toISOString().slice(0, 13);
    const sums = keyIds.map((counterId) => new KeySpend(stage).inHour({ accountId: ACCOUNT, counterId, hour }));
    expect(new Set(await Promise.all(sums))).toEqual(new Set([7n]));
  });
});
