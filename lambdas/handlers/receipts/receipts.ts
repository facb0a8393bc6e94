import type { DynamoDBStreamEvent } from 'aws-lambda';
import { type Change, type Mapped, runPipelines, type StreamRule } from '../../adapters/stream/stream-pipeline';
import { USAGE_RECORDS_PREFIX } from '../../contracts/storage/table-keys';
import type { Log } from '../../domain/log';
import type { OpenLeaf, OpenLeaves } from '../../domain/receipts/open-leaves';
import { receiptOf } from '../../domain/receipts/receipt';
import { leafOf, supersedingLeafOf } from '../../domain/receipts/record-changes';
import { decodeUsageRecord } from '../../domain/usage/records/usage-records';

export interface ReceiptsDependencies {
  readonly openLeaves: Pick<OpenLeaves, 'put'>;
  readonly log: Log;
}

/** Opens a leaf for each record of a request's end. A batch that comes again changes nothing. */
export function receipts({ openLeaves, log }: ReceiptsDependencies): (event: DynamoDBStreamEvent) => Promise<void> {
  const sink = (batch: readonly Mapped<OpenLeaf>[]): Promise<void> =>
    openLeaves.put(
      batch.map(({ changeId }) => changeId),
      batch.map(({ value }) => value),
    );
  const rules: readonly StreamRule<OpenLeaf>[] = [
    { id: 'ended', changes: ['INSERT'], when: isOfRecord, map: ended, sink },
    { id: 'settled-late', changes: ['MODIFY'], when: isOfRecord, map: settledLate, sink },
  ];
  return ({ Records: records }) => runPipelines(records, rules, log);
}

/** The table's other items are the sealer's, and wishes to cancel. */
const isOfRecord = ({ after }: Change): boolean =>
  typeof after?.['pk'] === 'string' && after['pk'].startsWith(USAGE_RECORDS_PREFIX);

const ended = ({ after }: Change): OpenLeaf | undefined => after && leafOf(decodeUsageRecord(after));

function settledLate({ before, after }: Change): OpenLeaf | undefined {
  return before && after && supersedingLeafOf(receiptOf(decodeUsageRecord(before)), decodeUsageRecord(after));
}
