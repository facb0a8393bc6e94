import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { RECEIPTS_ENV, SEAL_ENV } from '../../lambdas/contracts/deployment/environment';
import type { Config } from '../config';
import { collectChanges, STREAM_RETRIES } from '../constructs/collect-changes';
import { reservedFor } from '../constructs/concurrency';
import { invokeEveryMinute } from '../constructs/schedule';
import { ServiceFunction } from '../constructs/service-function';
import { publishFailures } from '../constructs/stream-grants';
import { FINISHED_REQUESTS, type UsageTable } from '../usage/usage-table';
import type { ReceiptKey } from './receipt-key';

export interface ReceiptsProps {
  readonly config: Config;
  /** Holds the usage records, and the receipts that are made from them. */
  readonly usage: UsageTable;
  /** Signs the receipts. */
  readonly receiptKey: ReceiptKey;
  /** Encrypts the log groups. */
  readonly encryptionKey: IKey;
  /** Receives a message about each batch of changes that was given up. */
  readonly alarmTopic: ITopic;
}

/** The most that Lambda allows. A batch is one write, so a larger batch makes a receipt cheaper. */
const BATCH_RECORDS = 1_000;
/** A receipt takes at most this long, plus the minute until the next seal. */
const BATCH_WINDOW = Duration.seconds(30);
/** Outlasts an outage of DynamoDB; the stream itself keeps a change for 24 hours. */
const RECORD_AGE_MAX = Duration.hours(12);

/** Makes receipts from usage records, outside the request: a stream opens leaves, and each minute's leaves are sealed. */
export class Receipts extends Construct {
  readonly collect: ServiceFunction<typeof RECEIPTS_ENV>;
  readonly seal: ServiceFunction<typeof SEAL_ENV>;

  constructor(scope: Construct, id: string, props: ReceiptsProps) {
    super(scope, id);
    this.collect = this.#createCollector(props);
    this.seal = this.#createSealer(props);
  }

  #createCollector({ config, usage, encryptionKey, alarmTopic }: ReceiptsProps): ServiceFunction<typeof RECEIPTS_ENV> {
    const collect = new ServiceFunction(this, 'Collect', {
      entry: 'lambdas/handlers/receipts/receipts.lambda.ts',
      description: 'Opens the leaves of receipts for the changes of usage records',
      memoryMb: 256,
      timeout: Duration.minutes(1),
      logGroupName: `/tollgate/${config.stage}/receipts`,
      logDays: config.logDays,
      encryptionKey,
      losesEventsBecause: STREAM_RETRIES,
      retriesEvents: false,
      environmentNames: RECEIPTS_ENV,
      environment: { USAGE_TABLE: usage.table.tableName },
    });
    usage.grants.openLeaves(collect);
    publishFailures(collect, alarmTopic);
    collectChanges(this, {
      table: usage,
      to: collect.function,
      filters: [FINISHED_REQUESTS],
      topic: alarmTopic,
      records: BATCH_RECORDS,
      window: BATCH_WINDOW,
      recordAgeMax: RECORD_AGE_MAX,
    });
    return collect;
  }

  #createSealer({ config, usage, receiptKey, encryptionKey }: ReceiptsProps): ServiceFunction<typeof SEAL_ENV> {
    const seal = new ServiceFunction(this, 'Seal', {
      entry: 'lambdas/handlers/receipts/seal.lambda.ts',
      description: 'Puts receipts into trees and signs their root',
      memoryMb: 512,
      // Ends before the next run, which continues where this one stopped.
      timeout: Duration.seconds(55),
      logGroupName: `/tollgate/${config.stage}/seal`,
      logDays: config.logDays,
      encryptionKey,
      losesEventsBecause: "The event is empty, and the next minute's run does the same work.",
      retriesEvents: false,
      reservedConcurrency: reservedFor('sealer', config),
      environmentNames: SEAL_ENV,
      environment: {
        USAGE_TABLE: usage.table.tableName,
        USAGE_RETENTION_DAYS: String(config.usageDays),
        RECEIPT_KEY: receiptKey.key.keyArn,
      },
    });
    usage.grants.seal(seal);
    receiptKey.grants.sign(seal);
    invokeEveryMinute(this, seal.function);
    return seal;
  }
}
