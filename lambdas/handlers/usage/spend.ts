import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { Change, Mapped, RunRules, StreamContext, StreamRule } from '../../adapters/stream/stream-rules';
import type { Log } from '../../domain/log';
import type { ParkedChanges } from '../../domain/usage/parked/parked-changes';
import { decodeUsageRecord, isUsageRecordItem } from '../../domain/usage/records/usage-records';
import type { RollUps } from '../../domain/usage/rollups/roll-ups';
import { attributed, type AttributionsOf, type CountableChange } from '../../domain/usage/rollups/targets';
import type { SpendWatch } from '../../domain/usage/spend-watch/spend-watch';

export interface SpendDependencies {
  readonly rollUps: Pick<RollUps, 'count'>;
  readonly attributionsOf: AttributionsOf;
  readonly watch: Pick<SpendWatch, 'check'>;
  readonly parked: Pick<ParkedChanges, 'park'>;
  readonly runRules: RunRules;
  readonly log: Log;
}

type RecordChange = Pick<CountableChange, 'record' | 'before'>;

/**
 * Adds usage records up from the table's stream, suspends keys whose spend jumps, tells about budgets and alerts, and
 * confirms that expired records have left the table.
 */
export function spend({
  rollUps,
  attributionsOf,
  watch,
  parked,
  runRules,
  log,
}: SpendDependencies): (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse> {
  const sink = async (batch: readonly Mapped<RecordChange>[]): Promise<void> => {
    const values = batch.map(({ value }) => value);
    const changes = await attributed(values, attributionsOf);
    await rollUps.count(changes);
    await watch.check(changes);
  };
  const spent: StreamRule<RecordChange> = {
    id: 'spent',
    changes: ['INSERT', 'MODIFY'],
    when: ({ after }) => isUsageRecordItem(after),
    map: changed,
    sink,
  };
  const removed: StreamRule<true> = {
    id: 'removed',
    changes: ['REMOVE'],
    when: ({ isExpiry, before }) => isExpiry && isUsageRecordItem(before),
    map: () => true,
    sink: async ({ length: count }) => log.info('USAGE_RECORDS_REMOVED', { count }),
  };
  const park: StreamContext['park'] = (changes) => parked.park('spend', changes);
  return ({ Records: records }) => runRules(records, [spent, removed], { log, park });
}

/** A late settle replaces a record, which changes the sums by the difference. */
function changed({ before, after }: Change): RecordChange | undefined {
  if (!after) return undefined;
  return { record: decodeUsageRecord(after), ...(before && { before: decodeUsageRecord(before) }) };
}
