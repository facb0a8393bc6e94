import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { Change, Mapped, RunRules, StreamContext, StreamRule } from '../../adapters/stream/stream-rules';
import type { Log } from '../../domain/log';
import type { OpenLeaf, OpenLeaves } from '../../domain/receipts/open-leaves';
import { receiptOf } from '../../domain/receipts/receipt';
import { leafOf, supersedingLeafOf } from '../../domain/receipts/leaf-of-record';
import type { ParkedChanges } from '../../domain/usage/parked/parked-changes';
import { decodeUsageRecord, isUsageRecordItem } from '../../domain/usage/records/usage-records';

export interface ReceiptsDependencies {
  readonly openLeaves: Pick<OpenLeaves, 'put'>;
  readonly parked: Pick<ParkedChanges, 'park'>;
  readonly runRules: RunRules;
  readonly log: Log;
}

/** Opens a leaf for each usage record in the table's stream. It is idempotent: repeating a batch changes nothing. */
export function receipts({
  openLeaves,
  parked,
  runRules,
  log,
}: ReceiptsDependencies): (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse> {
  const sink = (batch: readonly Mapped<OpenLeaf>[]): Promise<void> =>
    openLeaves.put(
      batch.map(({ changeId }) => changeId),
      batch.map(({ value }) => value),
    );
  const rules: readonly StreamRule<OpenLeaf>[] = [
    { id: 'ended', changes: ['INSERT'], when: isUsageRecord, map: ended, sink },
    { id: 'settled-late', changes: ['MODIFY'], when: isUsageRecord, map: settledLate, sink },
  ];
  const park: StreamContext['park'] = (changes) => parked.park('receipts', changes);
  return ({ Records: records }) => runRules(records, rules, { log, park });
}

const isUsageRecord = ({ after }: Change): boolean => isUsageRecordItem(after);

const ended = ({ after }: Change): OpenLeaf | undefined => after && leafOf(decodeUsageRecord(after));

function settledLate({ before, after }: Change): OpenLeaf | undefined {
  return before && after && supersedingLeafOf(receiptOf(decodeUsageRecord(before)), decodeUsageRecord(after));
}
