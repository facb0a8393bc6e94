import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { POLICY_NOTICES_ENV } from '../../lambdas/contracts/deployment/environment';
import { HarmAlarm } from '../constructs/harm-alarm';
import { invokeOnSchedule } from '../constructs/schedule';
import { ServiceFunction } from '../constructs/service-function';
import type { KeyRemindersProps } from './key-reminders';

/** Tells people about new versions of policies. A run without a new version reads the short list of versions. */
export class PolicyNotices extends Construct {
  constructor(scope: Construct, id: string, props: Omit<KeyRemindersProps, 'keys'>) {
    super(scope, id);
    const { config, accounts, outbox, alarmTopic: topic } = props;
    const announce = new ServiceFunction(this, 'Announce', {
      entry: 'lambdas/handlers/notifications/announce-policies.lambda.ts',
      description: 'Tells people about new versions of policies',
      memoryMb: 256,
      timeout: Duration.minutes(15),
      logGroupName: `/tollgate/${config.stage}/policy-notices`,
      logDays: config.logDays,
      encryptionKey: props.encryptionKey,
      losesEventsBecause: 'The event is empty, and the run an hour later does the same work.',
      retriesEvents: false,
      environmentNames: POLICY_NOTICES_ENV,
      environment: { ACCOUNTS_TABLE: accounts.table.tableName, OUTBOX_TABLE: outbox.table.tableName },
    });
    accounts.grants.announcePolicies(announce);
    outbox.grants.notifyByMail(announce);
    invokeOnSchedule(this, announce.function, {
      expression: 'rate(1 hour)',
      // A notice can wait for the next run.
      retries: 0,
      eventAgeMax: Duration.minutes(30),
    });
    new HarmAlarm(this, 'PolicyNoticesErrors', {
      topic,
      // The next run does the work of a failed one, so only repeated failures matter.
      threshold: 3,
      metric: announce.function.metricErrors({ statistic: Stats.SUM, period: Duration.hours(6) }),
      alarm: { impact: 'People do not learn of a new version of a policy, such as the terms' },
    });
    new HarmAlarm(this, 'PolicyNoticesNotRunning', {
      topic,
      below: true,
      metric: announce.function.metricInvocations({ statistic: Stats.SUM, period: Duration.hours(6) }),
      alarm: { impact: 'Nobody learns of a new version of a policy, such as the terms' },
    });
  }
}
