import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { SPEND_ENV } from '../../lambdas/contracts/deployment/environment';
import type { Config } from '../config';
import { HarmAlarm } from '../constructs/harm-alarm';
import { collectChanges } from '../constructs/collect-changes';
import { logCodeMetric } from '../constructs/log-code-metric';
import { ServiceFunction } from '../constructs/service-function';
import { publishFailures } from '../constructs/stream-grants';
import type { StatefulStack } from '../stacks/stateful-stack';
import { ENDS_OF_REQUESTS } from '../receipts/receipts';

export interface SpendWatchProps {
  readonly config: Config;
  readonly stateful: StatefulStack;
  readonly alarmTopic: ITopic;
}

/** What Lambda hands over at most. The more a batch holds, the less a key's sum costs. */
const BATCH_RECORDS = 1_000;
/** A key spends on for at most so long, and the few seconds for which processes know it. */
const BATCH_WINDOW = Duration.seconds(30);
/** Within it an outage of DynamoDB ends. What is older than an hour suspends nobody, and is added up all the same. */
const RECORD_AGE_MAX = Duration.hours(12);

/** Suspends keys whose spend jumps, off the way of requests: it adds up their usage records as they come. */
export class SpendWatch extends Construct {
  constructor(scope: Construct, id: string, props: SpendWatchProps) {
    super(scope, id);
    const { config, stateful, alarmTopic } = props;
    const { usage, keys, accounts, audit } = stateful;
    const watch = new ServiceFunction(this, 'Watch', {
      entry: 'lambdas/handlers/usage/spend.lambda.ts',
      description: 'Adds up what keys spend, and suspends those whose spend jumps',
      memoryMb: 256,
      timeout: Duration.minutes(1),
      logGroupName: `/tollgate/${config.stage}/spend-watch`,
      logDays: config.logDays,
      encryptionKey: stateful.encryptionKey,
      failedInvocations: {
        needNoQueueBecause: 'It is only called by its stream, which repeats a batch and tells of one it gives up.',
      },
      repeatsFailed: false,
      environmentNames: SPEND_ENV,
      environment: {
        USAGE_TABLE: usage.table.tableName,
        KEYS_TABLE: keys.table.tableName,
        ACCOUNTS_TABLE: accounts.table.tableName,
        AUDIT_TABLE: audit.table.tableName,
      },
    });
    usage.grants.watchSpend(watch);
    keys.grants.suspend(watch);
    accounts.grants.extendAudit(watch);
    audit.grants.recordOfAccounts(watch);
    publishFailures(watch, alarmTopic);
    collectChanges(this, {
      table: usage,
      to: watch.function,
      filter: ENDS_OF_REQUESTS,
      topic: alarmTopic,
      records: BATCH_RECORDS,
      window: BATCH_WINDOW,
      recordAgeMax: RECORD_AGE_MAX,
    });
    new HarmAlarm(this, 'KeySpendJumped', {
      topic: alarmTopic,
      metric: logCodeMetric(this, 'KEY_SPEND_JUMPED', { Watch: watch.logGroup }),
      alarm: { impact: 'Somebody spends with a stolen key, or a customer is stopped at work' },
    });
    new HarmAlarm(this, 'KeySpendNotWatched', {
      topic: alarmTopic,
      metric: logCodeMetric(this, 'KEY_SPEND_NOT_WATCHED', { Watch: watch.logGroup }),
      alarm: { impact: 'A stolen key may spend on, because it could not be looked at or suspended' },
    });
    new HarmAlarm(this, 'SpendWatchBehind', {
      topic: alarmTopic,
      threshold: Duration.minutes(10).toMilliseconds(),
      metric: watch.function.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(5) }),
      alarm: { impact: 'A stolen key spends on, because nobody adds up what keys spend' },
    });
  }
}
