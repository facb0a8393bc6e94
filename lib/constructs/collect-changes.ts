import type { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ClassifiedTable } from './classified-table';

export interface CollectChangesProps {
  readonly table: ClassifiedTable;
  readonly to: Pick<IFunction, 'functionArn'>;
  /** Which changes invoke the function, as an event filter's pattern. */
  readonly filter: object;
  /** What Lambda hands over at most. */
  readonly records: number;
  /** How long changes are gathered. */
  readonly window: Duration;
  /** A change that is older is given up. The stream itself keeps it for 24 hours. */
  readonly recordAgeMax: Duration;
  /** Told of a batch of changes that was given up. */
  readonly topic: ITopic;
}

/**
 * Hands the changes of a table to a function, in order. Spelt out: the ready-made source would put inline policies on
 * the role, one of them for every stream.
 */
export function collectChanges(scope: Construct, props: CollectChangesProps): void {
  const { tableStreamArn } = props.table.table;
  if (tableStreamArn === undefined) throw new Error('the table publishes no changes');
  new CfnEventSourceMapping(scope, 'Changes', {
    functionName: props.to.functionArn,
    eventSourceArn: tableStreamArn,
    // From the oldest change that is still there: also those before this function was first deployed.
    startingPosition: 'TRIM_HORIZON',
    filterCriteria: { filters: [{ pattern: JSON.stringify(props.filter) }] },
    batchSize: props.records,
    maximumBatchingWindowInSeconds: props.window.toSeconds(),
    // The whole batch comes again, in halves, so that at last one bad record stands alone.
    bisectBatchOnFunctionError: true,
    maximumRecordAgeInSeconds: props.recordAgeMax.toSeconds(),
    // It says which places of the stream were given up, and nothing of what stood there.
    destinationConfig: { onFailure: { destination: props.topic.topicArn } },
  });
}
