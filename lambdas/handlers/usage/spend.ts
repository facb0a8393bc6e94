import type { DynamoDBStreamEvent } from 'aws-lambda';
import type { Change, Mapped, RunRules, StreamRule } from '../../adapters/stream/stream-rules';
import type { Log } from '../../domain/log';
import type { SpendChange } from '../../domain/usage/spend-watch/key-spend';
import type { SpendWatch } from '../../domain/usage/spend-watch/spend-watch';
import { decodeUsageRecord, isUsageRecordItem } from '../../domain/usage/records/usage-records';

export interface SpendDependencies {
  readonly watch: Pick<SpendWatch, 'process'>;
  readonly runRules: RunRules;
  readonly log: Log;
}

/** Adds up what keys spend, from the usage records in the table's stream, and suspends keys whose spend jumps. */
export function spend({ watch, runRules, log }: SpendDependencies): (event: DynamoDBStreamEvent) => Promise<void> {
  const sink = (batch: readonly Mapped<SpendChange>[]): Promise<void> =>
    watch.process(
      batch.map(({ changeId }) => changeId),
      batch.map(({ value }) => value),
    );
  const rules: readonly StreamRule<SpendChange>[] = [
    { id: 'spent', changes: ['INSERT', 'MODIFY'], when: ({ after }) => isUsageRecordItem(after), map: spent, sink },
  ];
  return ({ Records: records }) => runRules(records, rules, log);
}

/** A late settle replaces a record. Only the difference between the two charges is spent. */
function spent({ before, after }: Change): SpendChange | undefined {
  if (!after) return undefined;
  const { accountId, keyId, at, costPico } = decodeUsageRecord(after);
  const addedPico = costPico - (before ? decodeUsageRecord(before).costPico : 0n);
  return addedPico === 0n ? undefined : { accountId, keyId, at, costPico: addedPico };
}
