import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { USAGE_RECORDS_PREFIX } from '../../lambdas/contracts/table-keys';
import type { StatefulStack } from '../stacks/stateful-stack';

/** What Lambda hands over at most. A batch is one write, and the more it holds the less a record costs. */
const BATCH_RECORDS = 1_000;
/** What follows from a record comes after at most this: a receipt at the next seal, a look at its key's spend at once. */
const BATCH_WINDOW = Duration.seconds(30);
/** Within it an outage of DynamoDB ends; the stream itself keeps a change for 24 hours. */
const RECORD_AGE_MAX = Duration.hours(12);

/** Neither what ended by time, nor what receipts and cancellations put into the table, invokes a function. */
const ENDS_OF_REQUESTS = {
  eventName: ['INSERT', 'MODIFY'],
  dynamodb: { Keys: { pk: { S: [{ prefix: USAGE_RECORDS_PREFIX }] } } },
};

export interface CollectChangesProps {
  readonly function: Pick<IFunction, 'functionArn'>;
  readonly stateful: StatefulStack;
  /** Told of a batch of changes that was given up. */
  readonly alarmTopic: ITopic;
}

/**
 * Hands the changes of usage records to a function; two of them is what DynamoDB gives a stream's readers room for.
 * Spelt out: the ready-made source would put inline policies on the role, one of them for every stream.
 */
export function collectChanges(scope: Construct, props: CollectChangesProps): void {
  const { tableStreamArn } = props.stateful.usage.table;
  if (tableStreamArn === undefined) throw new Error('the usage table publishes no changes');
  new CfnEventSourceMapping(scope, 'Changes', {
    functionName: props.function.functionArn,
    eventSourceArn: tableStreamArn,
    // From the oldest change that is still there: also those before this function was first deployed.
    startingPosition: 'TRIM_HORIZON',
    filterCriteria: { filters: [{ pattern: JSON.stringify(ENDS_OF_REQUESTS) }] },
    batchSize: BATCH_RECORDS,
    maximumBatchingWindowInSeconds: BATCH_WINDOW.toSeconds(),
    // The whole batch comes again, in halves, so that at last one bad record stands alone.
    bisectBatchOnFunctionError: true,
    maximumRecordAgeInSeconds: RECORD_AGE_MAX.toSeconds(),
    // It says which places of the stream were given up, and nothing of what stood there.
    destinationConfig: { onFailure: { destination: props.alarmTopic.topicArn } },
  });
}
