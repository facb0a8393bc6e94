import type { TableStore } from '../../../lambdas/domain/table/table-store';
import { UsageRecords } from '../../../lambdas/domain/usage/records/usage-records';
import { ReadRollUps, type RollUp } from '../../../lambdas/domain/usage/rollups/read-roll-ups';
import { RollUps } from '../../../lambdas/domain/usage/rollups/roll-ups';

const RETENTION_DAYS = 90;
const EVER = { from: '2000-01-01', to: '2999-12-31' };

/** Adds up the usage records of an account, and returns the reader of the sums. */
export async function rollUpReaders({
  engine,
  accountId,
  clock,
}: {
  readonly engine: TableStore;
  readonly accountId: string;
  readonly clock: () => number;
}) {
  const records = await new UsageRecords({ store: engine }).newest(accountId, 100);
  const rollUps = new RollUps({ store: engine, clock, retentionDays: RETENTION_DAYS });
  await rollUps.count(records.map((record) => ({ record, counterId: record.keyId })));
  return {
    'roll-ups': {
      engine,
      decoders: ['decodeRollUp'],
      read: async (store: TableStore) => {
        const days: RollUp[] = [];
        for await (const day of new ReadRollUps({ store }).all(accountId, 'account', 'day', EVER)) days.push(day);
        expect(days).not.toEqual([]);
        return days;
      },
    },
  };
}
