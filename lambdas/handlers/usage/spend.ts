import type { DynamoDBStreamEvent } from 'aws-lambda';
import { type Change, type Mapped, runPipelines, type StreamRule } from '../../adapters/stream/stream-pipeline';
import { USAGE_RECORDS_PREFIX } from '../../contracts/storage/table-keys';
import type { Log } from '../../domain/log';
import type { Spent } from '../../domain/usage/spend-watch/key-spend';
import type { SpendWatch } from '../../domain/usage/spend-watch/spend-watch';
import { decodeUsageRecord } from '../../domain/usage/records/usage-records';

export interface SpendDependencies {
  readonly watch: Pick<SpendWatch, 'take'>;
  readonly log: Log;
}

/** Adds up what keys spend, from the records of requests that have ended, and looks for jumps. */
export function spend({ watch, log }: SpendDependencies): (event: DynamoDBStreamEvent) => Promise<void> {
  const sink = (batch: readonly Mapped<Spent>[]): Promise<void> =>
    watch.take(
      batch.map(({ changeId }) => changeId),
      batch.map(({ value }) => value),
    );
  const rules: readonly StreamRule<Spent>[] = [
    { id: 'spent', changes: ['INSERT', 'MODIFY'], when: isOfRecord, map: spent, sink },
  ];
  return ({ Records: records }) => runPipelines(records, rules, log);
}

/** The table's other items are no requests. */
const isOfRecord = ({ after }: Change): boolean =>
  typeof after?.['pk'] === 'string' && after['pk'].startsWith(USAGE_RECORDS_PREFIX);

/** Of a charge that came late, what it is above the one before. */
function spent({ before, after }: Change): Spent | undefined {
  if (!after) return undefined;
  const { accountId, keyId, at, costPico } = decodeUsageRecord(after);
  const more = costPico - (before ? decodeUsageRecord(before).costPico : 0n);
  return more === 0n ? undefined : { accountId, keyId, at, costPico: more };
}
