import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import type { Change, Mapped, RunRules, StreamContext, StreamRule } from '../../adapters/stream/stream-rules';
import type { RequestStatus } from '../../contracts/storage/usage-record';
import type { Log } from '../../domain/log';
import type { SpendChange } from '../../domain/usage/spend-watch/key-spend';
import type { SpendWatch } from '../../domain/usage/spend-watch/spend-watch';
import type { ParkedChanges } from '../../domain/usage/parked/parked-changes';
import { decodeUsageRecord, isUsageRecordItem } from '../../domain/usage/records/usage-records';

const FAILED: readonly string[] = ['provider_error', 'interrupted', 'expired'] satisfies readonly RequestStatus[];

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

/** A late settle replaces a record. Only the difference between the two is added. */
function spent({ before, after }: Change): SpendChange | undefined {
  if (!after) return undefined;
  const { accountId, keyId, at, costPico, status } = decodeUsageRecord(after);
  const earlier = before && decodeUsageRecord(before);
  const addedPico = costPico - (earlier?.costPico ?? 0n);
  const requests = earlier ? 0 : 1;
  const failed = failures(status) - (earlier ? failures(earlier.status) : 0);
  if (addedPico === 0n && requests === 0 && failed === 0) return undefined;
  return { accountId, keyId, at, costPico: addedPico, requests, failed };
}

/** A request counts as failed unless its client has its answer, or has ended it. */
const failures = (status: string): number => (FAILED.includes(status) ? 1 : 0);
