import type { DynamoDBRecord } from 'aws-lambda';
import { DEPLOYMENT } from '../../../lambdas/domain/access/actor';
import { verifyAudit } from '../../../lambdas/domain/audit/verify-audit';
import { TRUSTED_MS } from '../../../lambdas/domain/keys/key-suspensions';
import { exists } from '../../../lambdas/domain/table/condition';
import { TransactionCancelled } from '../../../lambdas/domain/table/table-errors';
import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { KeySpend } from '../../../lambdas/domain/usage/spend-watch/key-spend';
import { putUsageRecord } from '../../../lambdas/domain/usage/records/usage-records';
import { FaultyStore } from '../wallet/faulty-store';
import { ACCOUNT } from '../wallet/wallet-stage';
import { DOLLAR, HOUR_MS, SpendStage } from './spend-stage';

let stage: SpendStage;
beforeEach(async () => {
  stage = await SpendStage.open();
});

const spentNow = (counterId = stage.keyId) =>
  new KeySpend(stage).inHour({ counterId, hour: new Date(stage.now).toISOString().slice(0, 13) });

/** As Lambda does with a batch that fails: it comes again in halves, until one change stands alone. */
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

/** The tables, but that nothing is recorded in the audit log. */
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
  test('is suspended by the deployment, in the audit log and with a line that rings an alarm', async () => {
    await stage.usePace(2n * DOLLAR);
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

  test('is suspended once', async () => {
    await stage.usePace(2n * DOLLAR);
    await stage.spend(30n * DOLLAR);
    const { suspendedAt } = (await stage.keys.get(ACCOUNT, stage.keyId))!;
    stage.now += 60_000;
    await stage.spend(30n * DOLLAR);
    expect(await stage.keys.get(ACCOUNT, stage.keyId)).toMatchObject({ suspendedAt });
    expect(stage.lines).toHaveLength(1);
  });

  test('is resumed by somebody who looked, and trusted for a day', async () => {
    await stage.usePace(2n * DOLLAR);
    await stage.spend(30n * DOLLAR);
    await stage.suspensions.resume({ accountId: ACCOUNT, keyId: stage.keyId, actor: DEPLOYMENT });
    expect(await stage.isSuspended()).toBe(false);
    await stage.spend(500n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
    stage.now += TRUSTED_MS;
    await stage.spend(5_000n * DOLLAR);
    expect(await stage.isSuspended()).toBe(true);
  });

  test('is suspended later where it could not be at once, and nobody else is counted more for it', async () => {
    await stage.usePace(2n * DOLLAR);
    const { keyId } = await stage.keys.create({ accountId: ACCOUNT });
    await stage.record(30n * DOLLAR);
    for (let request = 0; request < 15; request += 1) await stage.record(1n, keyId);
    await deliver(stage.take(), withoutAudit(stage.store));
    expect([await stage.isSuspended(), await spentNow(), await spentNow(keyId)]).toEqual([false, 30n * DOLLAR, 15n]);
    expect(stage.lines).toEqual([
      ['KEY_SPEND_NOT_WATCHED', { accountId: ACCOUNT, keyId: stage.keyId, cause: 'TransactionCancelled' }],
    ]);
    await stage.spend(1n);
    expect(await stage.isSuspended()).toBe(true);
  });

  test('that was revoked before is left as it is', async () => {
    await stage.usePace(2n * DOLLAR);
    await stage.keys.revoke(stage.keyId);
    await stage.spend(30n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
    expect(stage.lines).toEqual([]);
  });
});

describe('keys that are counted as one', () => {
  const resume = () => stage.suspensions.resume({ accountId: ACCOUNT, keyId: stage.keyId, actor: DEPLOYMENT });

  test('have one pace: a rotated key’s successor goes on with its', async () => {
    const { keyId: first } = stage;
    await stage.usePace(2n * DOLLAR);
    await stage.rotate();
    await stage.rotate();
    await stage.spend(15n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
    await stage.spend(6n * DOLLAR);
    expect([await stage.isSuspended(), await stage.isSuspended(first)]).toEqual([true, false]);
    expect(stage.lines).toEqual([['KEY_SPEND_JUMPED', { accountId: ACCOUNT, keyId: stage.keyId }]]);
  });

  test('have one pace: the next key for a token of a trust is stopped as the one before', async () => {
    await stage.usePace(2n * DOLLAR, () => stage.exchangeToken());
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

  test('are stopped for what they spend together, each that has a part in it', async () => {
    await stage.usePace(2n * DOLLAR, () => stage.exchangeToken());
    const together: string[] = [];
    for (let key = 0; key < 11; key += 1) {
      together.push(await stage.exchangeToken());
      await stage.record(2n * DOLLAR);
    }
    await stage.pipe();
    expect(await Promise.all(together.map((keyId) => stage.isSuspended(keyId)))).toEqual(together.map(() => true));
  });

  test('are trusted together for a day where somebody who looked resumes one, a successor too', async () => {
    await stage.usePace(2n * DOLLAR, () => stage.exchangeToken());
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

  test('are each looked at, though one could not be suspended', async () => {
    await stage.usePace(2n * DOLLAR, () => stage.exchangeToken());
    const one = await stage.exchangeToken();
    await stage.record(15n * DOLLAR);
    const other = await stage.exchangeToken();
    await stage.record(15n * DOLLAR);
    await stage.pipe(stage.take(), withoutAudit(stage.store));
    const cause = 'TransactionCancelled';
    expect(stage.lines).toEqual(
      [one, other].map((keyId) => ['KEY_SPEND_NOT_WATCHED', { accountId: ACCOUNT, keyId, cause }]),
    );
  });
});

describe('no key is suspended', () => {
  test('for what it always spends, however much', async () => {
    await stage.usePace(1_000n * DOLLAR);
    await stage.spend(5_000n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
  });

  test('before it has a pace', async () => {
    await stage.spend(1_000n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
  });

  test('for what was longer ago than a week', async () => {
    await stage.usePace(2n * DOLLAR);
    stage.now += 8 * 24 * HOUR_MS;
    await stage.spend(30n * DOLLAR);
    expect(await stage.isSuspended()).toBe(false);
  });

  test('for changes that come hours late', async () => {
    await stage.usePace(2n * DOLLAR);
    await stage.record(30n * DOLLAR);
    stage.now += 3 * HOUR_MS;
    await stage.pipe();
    expect(await stage.isSuspended()).toBe(false);
  });

  test('for what another key spends', async () => {
    await stage.usePace(2n * DOLLAR);
    const { keyId } = await stage.keys.create({ accountId: ACCOUNT });
    await stage.record(30n * DOLLAR, keyId);
    await stage.pipe();
    expect(await stage.isSuspended()).toBe(false);
  });
});

describe('what a key spends', () => {
  test('is added up over requests and batches, and a batch that comes again adds nothing', async () => {
    await stage.record(1n);
    await stage.record(2n);
    const changes = stage.take();
    await stage.pipe(changes);
    await stage.pipe(changes);
    expect(await spentNow()).toBe(3n);
    await stage.spend(4n);
    expect(await spentNow()).toBe(7n);
  });

  test('is added up once also where another batch is in the way', async () => {
    await stage.record(3n);
    const store = new FaultyStore(stage.store);
    store.plan('conflict', 'unreachable', 'lost reply');
    await stage.pipe(stage.take(), store);
    expect(await spentNow()).toBe(3n);
  });

  test('is more by what a late charge is above the one before', async () => {
    const record = await stage.record(0n);
    await stage.pipe();
    await stage.store.write(putUsageRecord({ ...record, costPico: 5n }, 90, exists()));
    await stage.pipe();
    expect(await spentNow()).toBe(5n);
  });

  test('is added up for more keys than one transaction takes', async () => {
    const keyIds = Array.from({ length: 130 }, (_, key) => `01JD${String(key).padStart(22, '0')}`);
    for (const keyId of keyIds) await stage.record(7n, keyId);
    await stage.pipe();
    const hour = new Date(stage.now).toISOString().slice(0, 13);
    const sums = keyIds.map((counterId) => new KeySpend(stage).inHour({ counterId, hour }));
    expect(new Set(await Promise.all(sums))).toEqual(new Set([7n]));
  });
});
