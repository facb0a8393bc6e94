import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { Change, Mapped, RunRules, StreamContext, StreamRule } from '../../adapters/stream/stream-rules';
import type { Log } from '../../domain/log';
import type { SpendChange } from '../../domain/usage/spend-watch/key-spend';
import type { SpendWatch } from '../../domain/usage/spend-watch/spend-watch';
import type { ParkedChanges } from '../../domain/usage/parked/parked-changes';
import { decodeUsageRecord, isUsageRecordItem } from '../../domain/usage/records/usage-records';

export interface SpendDependencies {
  readonly watch: Pick<SpendWatch, 'process'>;
  readonly parked: Pick<ParkedChanges, 'park'>;
  readonly runRules: RunRules;
  readonly log: Log;
}

/** Adds up what keys spend, from the usage records in the table's stream, and suspends keys whose spend jumps. */
export function spend({
  watch,
  parked,
  runRules,
  log,
}: SpendDependencies): (event: DynamoDBStreamEvent) => Promise<DynamoDBBatchResponse> {
  const sink = (batch: readonly Mapped<SpendChange>[]): Promise<void> =>
    watch.process(
      batch.map(({ changeId }) => changeId),
      batch.map(({ value }) => value),
    );
  const rules: readonly StreamRule<SpendChange>[] = [
    { id: 'spent', changes: ['INSERT', 'MODIFY'], when: ({ after }) => isUsageRecordItem(after), map: spent, sink },
  ];
  const park: StreamContext['park'] = (changes) => parked.park('spend', changes);
  return ({ Records: records }) => runRules(records, rules, { log, park });
}

/** A late settle replaces a record. Only the difference between the two charges is spent. */
function spent({ before, after }: Change): SpendChange | undefined {
  if (!after) return undefined;
  const { accountId, keyId, at, costPico } = decodeUsageRecord(after);
  const addedPico = costPico - (before ? decodeUsageRecord(before).costPico : 0n);
  return addedPico === 0n ? undefined : { accountId, keyId, at, costPico: addedPico };
}
