import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { KEY_REMINDERS_ENV } from '../../lambdas/contracts/deployment/environment';
import type { AccountsTable } from '../accounts/accounts-table';
import type { Config } from '../config';
import { HarmAlarm } from '../constructs/harm-alarm';
import { invokeOnSchedule } from '../constructs/schedule';
import { ServiceFunction } from '../constructs/service-function';
import type { KeysTable } from '../keys/keys-table';
import type { OutboxTable } from './outbox-table';

export interface KeyRemindersProps {
  readonly config: Config;
  /** Holds the list of accounts. */
  readonly accounts: AccountsTable;
  /** Holds the keys. */
  readonly keys: KeysTable;
  /** Receives the reminders. */
  readonly outbox: OutboxTable;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
  readonly alarmTopic: ITopic;
}

/** A reminder that is due is at most this late. */
const INTERVAL_HOURS = 6;

/** Reminds people of keys that end soon. A run reads the list of keys of each account once. */
export class KeyReminders extends Construct {
  constructor(scope: Construct, id: string, props: KeyRemindersProps) {
    super(scope, id);
    const { config, accounts, keys, outbox, alarmTopic: topic } = props;
    const remind = new ServiceFunction(this, 'Remind', {
      entry: 'lambdas/handlers/notifications/remind-of-keys.lambda.ts',
      description: 'Reminds people of keys that end soon',
      memoryMb: 256,
      timeout: Duration.minutes(15),
      logGroupName: `/tollgate/${config.stage}/key-reminders`,
      logDays: config.logDays,
      encryptionKey: props.encryptionKey,
      losesEventsBecause: 'The event is empty, and the run six hours later does the same work.',
      retriesEvents: false,
      environmentNames: KEY_REMINDERS_ENV,
      environment: {
        ACCOUNTS_TABLE: accounts.table.tableName,
        KEYS_TABLE: keys.table.tableName,
        OUTBOX_TABLE: outbox.table.tableName,
      },
    });
    accounts.grants.list(remind);
    keys.grants.list(remind);
    outbox.grants.notify(remind);
    invokeOnSchedule(this, remind.function, {
      expression: `rate(${INTERVAL_HOURS} hours)`,
      // A reminder can wait for the next run.
      retries: 0,
      eventAgeMax: Duration.hours(1),
    });
    new HarmAlarm(this, 'KeyRemindersErrors', {
      topic,
      // The next run does the work of a failed one, so only repeated failures matter.
      threshold: 2,
      metric: remind.function.metricErrors({ statistic: Stats.SUM, period: Duration.hours(24) }),
      alarm: { impact: 'A key ends, and the requests of its owner fail, without a reminder' },
    });
    new HarmAlarm(this, 'KeyRemindersNotRunning', {
      topic,
      below: true,
      metric: remind.function.metricInvocations({ statistic: Stats.SUM, period: Duration.hours(24) }),
      alarm: { impact: 'Nobody is reminded of keys that end' },
    });
  }
}
