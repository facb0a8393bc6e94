import { Duration } from 'aws-cdk-lib';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { RECEIPTS_ENV, SEAL_ENV } from '../../lambdas/contracts/deployment/environment';
import { USAGE_RECORDS_PREFIX } from '../../lambdas/contracts/storage/table-keys';
import type { Config } from '../config';
import { invokeEveryMinute } from '../constructs/every-minute';
import { ServiceFunction } from '../constructs/service-function';
import { collectChanges } from '../constructs/collect-changes';
import { publishFailures } from '../constructs/stream-grants';
import type { StatefulStack } from '../stacks/stateful-stack';

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
      entry: 'lambdas/handlers/receipts/receipts.lambda.ts',
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
    publishFailures(this.collect, alarmTopic);
    collectChanges(this, {
      table: usage,
      to: this.collect.function,
      filter: ENDS_OF_REQUESTS,
      topic: alarmTopic,
      records: BATCH_RECORDS,
      window: BATCH_WINDOW,
      recordAgeMax: RECORD_AGE_MAX,
    });

    this.seal = new ServiceFunction(this, 'Seal', {
      ...shared,
      entry: 'lambdas/handlers/receipts/seal.lambda.ts',
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
}

/** Neither what ended by time, nor what receipts and cancellations put into the table, invokes a function. */
export const ENDS_OF_REQUESTS = {
  eventName: ['INSERT', 'MODIFY'],
  dynamodb: { Keys: { pk: { S: [{ prefix: USAGE_RECORDS_PREFIX }] } } },
};
