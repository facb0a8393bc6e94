import type { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ClassifiedTable } from './classified-table';

/** Why a function that only a stream invokes may lose the event of a failed invocation. */
export const STREAM_RETRIES =
  'Only its stream invokes it; the stream retries a batch and reports one that it gives up.';

/**
 * Bounds what a batch costs that can never succeed. A record at fault is set aside by the function itself, so this limit
 * is for faults that no function sees, such as a timeout. A long outage reaches the age limit first.
 */
const RETRIES_MAX = 1_000;

export interface CollectChangesProps {
  readonly table: ClassifiedTable;
  readonly to: Pick<IFunction, 'functionArn'>;
  /** Which changes invoke the function, as the patterns of event filters. A change has to match one of them. */
  readonly filters: readonly object[];
  /** The most records in one batch. */
  readonly records: number;
  /** How long Lambda collects changes before it invokes the function. */
  readonly window: Duration;
  /** Lambda gives up a change that is older. The stream itself keeps a change for 24 hours. */
  readonly recordAgeMax: Duration;
  /** Receives a message about each batch that was given up. */
  readonly topic: ITopic;
}

/**
 * Sends the changes of a table to a function, in order. It uses the mapping itself because CDK's event source would
 * add an inline policy to the role for each stream.
 *
 * @throws when the table has no stream
 */
export function collectChanges(scope: Construct, props: CollectChangesProps): void {
  const { streamArn } = props.table;
  if (streamArn === undefined) throw new Error(`${props.table.node.path} has no stream.`);
  new CfnEventSourceMapping(scope, 'Changes', {
    functionName: props.to.functionArn,
    eventSourceArn: streamArn,
    // Starts with the oldest change that is left, so that changes before the first deployment are not missed.
    startingPosition: 'TRIM_HORIZON',
    filterCriteria: { filters: props.filters.map((filter) => ({ pattern: JSON.stringify(filter) })) },
    batchSize: props.records,
    maximumBatchingWindowInSeconds: props.window.toSeconds(),
    // A failed batch is retried in halves, which in the end isolates a bad record.
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: RETRIES_MAX,
    // The function may say that it processed a part of the batch; the rest is delivered again.
    functionResponseTypes: ['ReportBatchItemFailures'],
    maximumRecordAgeInSeconds: props.recordAgeMax.toSeconds(),
    // The message names the position in the stream and contains no data.
    destinationConfig: { onFailure: { destination: props.topic.topicArn } },
  });
}
