import { rollUpPartition } from '../../../../lambdas/contracts/storage/table-keys/roll-ups';
import { EXPIRES_AT, ROLLUPS, USAGE } from '../../../../lambdas/contracts/storage/tables';
import { usageRecordKey } from '../../../../lambdas/contracts/storage/table-keys/usage';
import { DEPLOYMENT } from '../../../../lambdas/domain/access/actor';
import { Accounts } from '../../../../lambdas/domain/accounts/accounts';
import { DAY_MS } from '../../../../lambdas/domain/clock';
import { absent } from '../../../../lambdas/domain/table/condition';
import type { Query } from '../../../../lambdas/domain/table/table-store';
import { putUsageRecord } from '../../../../lambdas/domain/usage/records/usage-records';
import { oldItemsOf } from '../../../../lambdas/domain/usage/retention/old-items';
import { checkRetention } from '../../../../lambdas/handlers/usage/check-retention';
import { ACCOUNT } from '../../wallet/wallet-stage';
import { RETENTION_DAYS, RollUpStage } from '../rollups/roll-up-stage';

let stage: RollUpStage;
beforeEach(async () => {
  stage = new RollUpStage();
  const accounts = new Accounts({ store: stage.engine, clock: stage.clock });
  await accounts.create({ accountId: ACCOUNT });
  await accounts.rename({ accountId: ACCOUNT, name: 'New', actor: DEPLOYMENT });
  const record = stage.record({ labels: { team: 'search' } });
  await stage.engine.write(putUsageRecord(record, RETENTION_DAYS, absent()));
  await stage.count(record);
});

/** @returns the error lines of one run */
async function check(retentionDays = RETENTION_DAYS, overdue = 0): Promise<unknown[]> {
  const errors: unknown[] = [];
  const log = {
    info: () => undefined,
    warn: () => undefined,
    error: (code: string, fields = {}) => void errors.push([code, fields]),
  };
  const { engine: store, clock } = stage;
  const everyAccount = async function* () {
    yield ACCOUNT;
  };
  await checkRetention({ store, clock, everyAccount, overdueErasures: async () => overdue, retentionDays, log })();
  return errors;
}

test('promise-06 nothing is older than its retention at any time, although nothing is deleted', async () => {
  for (const day of [0, 1, 19, 59, 89, 90, 91, 400]) {
    stage.now = Date.parse('2026-11-20T10:30:00.000Z') + day * DAY_MS;
    expect(await check()).toEqual([]);
  }
});

test('promise-06 a record and a roll-up without an expiry raise an alarm once they are older than their retention', async () => {
  const record = stage.record();
  const { put } = putUsageRecord(record, RETENTION_DAYS, absent());
  const { [EXPIRES_AT]: _, ...endless } = put;
  await stage.engine.write({ table: USAGE, put: { ...endless, ...usageRecordKey(ACCOUNT, record.requestId) } });
  const { items } = await stage.engine.query({ table: ROLLUPS, partition: rollUpPartition(ACCOUNT, 'account') });
  for (const { [EXPIRES_AT]: _expiry, ...item } of items) await stage.engine.write({ table: ROLLUPS, put: item });
  expect(await check()).toEqual([]);
  stage.now += 91 * DAY_MS;
  expect(await check()).toEqual([
    ['RETENTION_EXCEEDED', { cause: 'usage', count: 1 }],
    ['RETENTION_EXCEEDED', { cause: 'rollups', count: 3 }],
  ]);
});

test('promise-06 records that were written under a longer retention raise an alarm', async () => {
  stage.now += 31 * DAY_MS;
  expect(await check(30)).toContainEqual(['RETENTION_EXCEEDED', { cause: 'usage', count: 1 }]);
});

test('the partitions of an account are checked at the same time, because one run checks all accounts', async () => {
  let [running, most] = [0, 0];
  const query = async (asked: Query) => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => void setImmediate(resolve));
    running -= 1;
    return stage.engine.query(asked);
  };
  expect(await oldItemsOf({ store: { query }, clock: stage.clock, retentionDays: RETENTION_DAYS }, ACCOUNT)).toEqual(
    [],
  );
  expect(most).toBe(16);
});

test('erasures that take too long raise an alarm', async () => {
  expect(await check(RETENTION_DAYS, 2)).toEqual([['ERASURE_OVERDUE', { count: 2 }]]);
});
