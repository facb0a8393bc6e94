import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { SPEND_ENV } from '../../lambdas/contracts/env';
import type { Config } from '../config';
import { HarmAlarm } from '../shared/alarm';
import { logCodeMetric } from '../shared/log-code-metric';
import { ServiceFunction } from '../shared/service-function';
import type { StatefulStack } from '../stacks/stateful-stack';
import { collectChanges } from './collect-changes';
import { tellOfFailures } from './stream-grants';

export interface SpendWatchProps {
  readonly config: Config;
  readonly stateful: StatefulStack;
  readonly alarmTopic: ITopic;
}

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
    tellOfFailures(watch, alarmTopic);
    collectChanges(this, { function: watch.function, stateful, alarmTopic });
    new HarmAlarm(this, 'KeySpendJumped', {
      topic: alarmTopic,
      metric: logCodeMetric(this, 'KEY_SPEND_JUMPED', { Watch: watch.logGroup }),
      alarm: { impact: 'Somebody spends with a stolen key, or a customer is stopped at work' },
    });
    new HarmAlarm(this, 'SpendWatchBehind', {
      topic: alarmTopic,
      threshold: Duration.minutes(10).toMilliseconds(),
      metric: watch.function.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(5) }),
      alarm: { impact: 'A stolen key spends on, because nobody adds up what keys spend' },
    });
  }
}
