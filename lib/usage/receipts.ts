import { Duration } from 'aws-cdk-lib';
import { CfnEventSourceMapping } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { RECEIPTS_ENV, SEAL_ENV } from '../../lambdas/contracts/env';
import { USAGE_RECORDS_PREFIX } from '../../lambdas/contracts/table-keys';
import type { Config } from '../config';
import { invokeEveryMinute } from '../shared/every-minute';
import { ServiceFunction } from '../shared/service-function';
import type { StatefulStack } from '../stacks/stateful-stack';
import { tellOfFailures } from './stream-grants';

export interface ReceiptsProps {
  readonly config: Config;
  readonly stateful: StatefulStack;
  /** Told of a batch of changes that was given up. */
  readonly alarmTopic: ITopic;
}

/** What Lambda hands over at most. A batch is one write, and the more it holds the less a receipt costs. */
const BATCH_RECORDS = 1_000;
/** A receipt comes after at most this and the minute to the next seal. */
const BATCH_WINDOW = Duration.seconds(30);
/** Within it an outage of DynamoDB ends; the stream itself keeps a change for 24 hours. */
const RECORD_AGE_MAX = Duration.hours(12);

/** Makes receipts of usage records, off the way of requests: a stream opens leaves, each minute's are sealed. */
export class Receipts extends Construct {
  readonly collect: ServiceFunction<typeof RECEIPTS_ENV>;
  readonly seal: ServiceFunction<typeof SEAL_ENV>;

  constructor(scope: Construct, id: string, props: ReceiptsProps) {
    super(scope, id);
    const { config, stateful, alarmTopic } = props;
    const { usage, receiptKey } = stateful;
    const shared = { logDays: config.logDays, encryptionKey: stateful.encryptionKey, repeatsFailed: false };
    this.collect = new ServiceFunction(this, 'Collect', {
      ...shared,
      entry: 'lambdas/handlers/usage/receipts.lambda.ts',
      description: 'Opens the leaves of receipts for the changes of usage records',
      memoryMb: 256,
      timeout: Duration.minutes(1),
      logGroupName: `/tollgate/${config.stage}/receipts`,
      failedInvocations: {
        needNoQueueBecause: 'It is only called by its stream, which repeats a batch and tells of one it gives up.',
      },
      environmentNames: RECEIPTS_ENV,
      environment: { USAGE_TABLE: usage.table.tableName },
    });
    usage.grants.openLeaves(this.collect);
    tellOfFailures(this.collect, alarmTopic);
    this.#collectChanges(props);

    this.seal = new ServiceFunction(this, 'Seal', {
      ...shared,
      entry: 'lambdas/handlers/usage/seal.lambda.ts',
      description: 'Puts receipts into trees and signs their root',
      memoryMb: 512,
      // Within the minute: the next run starts where this one stopped.
      timeout: Duration.seconds(55),
      logGroupName: `/tollgate/${config.stage}/seal`,
      failedInvocations: {
        needNoQueueBecause: "The event carries nothing, and the next minute's run does the same work.",
      },
      environmentNames: SEAL_ENV,
      environment: {
        USAGE_TABLE: usage.table.tableName,
        USAGE_RETENTION_DAYS: String(config.usageDays),
        RECEIPT_KEY: receiptKey.key.keyArn,
      },
    });
    usage.grants.seal(this.seal);
    receiptKey.grants.sign(this.seal);
    invokeEveryMinute(this, this.seal.function);
  }

  // Spelt out: the ready-made source would put inline policies on the role, one of them for every stream.
  #collectChanges({ stateful, alarmTopic }: ReceiptsProps): void {
    const { tableStreamArn } = stateful.usage.table;
    if (tableStreamArn === undefined) throw new Error('the usage table publishes no changes');
    new CfnEventSourceMapping(this, 'Changes', {
      functionName: this.collect.function.functionArn,
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
      destinationConfig: { onFailure: { destination: alarmTopic.topicArn } },
    });
  }
}

/** Neither what ended by time, nor what receipts and cancellations put into the table, invokes the function. */
const ENDS_OF_REQUESTS = {
  eventName: ['INSERT', 'MODIFY'],
  dynamodb: { Keys: { pk: { S: [{ prefix: USAGE_RECORDS_PREFIX }] } } },
};
