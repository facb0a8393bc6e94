import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { SPEND_ENV } from '../../lambdas/contracts/deployment/environment';
import type { AccountsTable } from '../accounts/accounts-table';
import type { AuditTable } from '../audit/audit-table';
import type { Config } from '../config';
import { collectChanges, STREAM_RETRIES } from '../constructs/collect-changes';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import { ServiceFunction } from '../constructs/service-function';
import { publishFailures } from '../constructs/stream-grants';
import type { KeysTable } from '../keys/keys-table';
import type { OutboxTable } from '../notifications/outbox-table';
import type { RollUpsTable } from './roll-ups-table';
import { EXPIRED_RECORDS, FINISHED_REQUESTS, type UsageTable } from './usage-table';

export interface SpendWatchProps {
  readonly config: Config;
  /** Holds the usage records. */
  readonly usage: UsageTable;
  /** Receives their sums, among them what each key spent. */
  readonly rollUps: RollUpsTable;
  /** Holds the keys that are suspended. */
  readonly keys: KeysTable;
  /** Holds the ends of the audit chains. */
  readonly accounts: AccountsTable;
  /** Receives an event for each suspension. */
  readonly audit: AuditTable;
  /** Receives the messages about alerts and used budgets. */
  readonly outbox: OutboxTable;
  /** Encrypts the log group. */
  readonly encryptionKey: IKey;
  /** Receives alarms, and a message about each batch of changes that was given up. */
  readonly alarmTopic: ITopic;
}

/** The most that Lambda allows. A larger batch makes the sums cheaper. */
const BATCH_RECORDS = 1_000;
/** A key can spend for this long, plus the few seconds for which processes cache it, before it is suspended. */
const BATCH_WINDOW = Duration.seconds(30);
/** Outlasts an outage of DynamoDB. A record older than an hour suspends no key but is still added up. */
const RECORD_AGE_MAX = Duration.hours(12);
/** The age of the oldest record that is not added up at which the alarm goes off. */
const BEHIND_MAX = Duration.minutes(10);

/**
 * Adds usage records up from their stream, outside the request, suspends keys whose spend jumps, and tells people about
 * used budgets.
 */
export class SpendWatch extends Construct {
  constructor(scope: Construct, id: string, props: SpendWatchProps) {
    super(scope, id);
    const { config, usage, rollUps, keys, accounts, audit, outbox, alarmTopic } = props;
    const watch = new ServiceFunction(this, 'Watch', {
      entry: 'lambdas/handlers/usage/spend.lambda.ts',
      description: 'Adds up usage, and suspends keys whose spend jumps',
      memoryMb: 256,
      timeout: Duration.minutes(1),
      logGroupName: `/tollgate/${config.stage}/spend-watch`,
      logDays: config.logDays,
      encryptionKey: props.encryptionKey,
      losesEventsBecause: STREAM_RETRIES,
      retriesEvents: false,
      environmentNames: SPEND_ENV,
      environment: {
        USAGE_TABLE: usage.table.tableName,
        ROLLUPS_TABLE: rollUps.tableName,
        KEYS_TABLE: keys.table.tableName,
        ACCOUNTS_TABLE: accounts.table.tableName,
        AUDIT_TABLE: audit.table.tableName,
        OUTBOX_TABLE: outbox.table.tableName,
        MAIL_FROM: config.identity.mailFrom ?? 'none',
        USAGE_RETENTION_DAYS: String(config.usageDays),
      },
    });
    usage.grants.followRecords(watch);
    rollUps.grants.count(watch);
    keys.grants.suspend(watch);
    keys.grants.attribute(watch);
    accounts.grants.extendAudit(watch);
    accounts.grants.findRestrictions(watch);
    audit.grants.recordForAccounts(watch);
    keys.grants.watchBudgets(watch);
    outbox.grants.notify(watch);
    publishFailures(watch, alarmTopic);
    collectChanges(this, {
      table: usage,
      to: watch.function,
      filters: [FINISHED_REQUESTS, EXPIRED_RECORDS],
      topic: alarmTopic,
      records: BATCH_RECORDS,
      window: BATCH_WINDOW,
      recordAgeMax: RECORD_AGE_MAX,
    });
    this.#alarm(watch, alarmTopic);
  }

  #alarm({ function: lambda, logGroup }: ServiceFunction<typeof SPEND_ENV>, topic: ITopic): void {
    new HarmAlarm(this, 'KeySpendJumped', {
      topic,
      metric: logCodeMetric(this, 'KEY_SPEND_JUMPED', { Watch: logGroup }),
      alarm: { impact: 'A stolen key was used, or the suspension of a key interrupts its owner' },
    });
    new HarmAlarm(this, 'KeySpendNotWatched', {
      topic,
      metric: logCodeMetric(this, 'KEY_SPEND_NOT_WATCHED', { Watch: logGroup }),
      alarm: { impact: 'A stolen key may still work, because its spend could not be checked or the key not suspended' },
    });
    new HarmAlarm(this, 'SpendParked', {
      topic,
      metric: logCodeMetric(this, 'CHANGE_PARKED', { Watch: logGroup }),
      alarm: { impact: 'A request is missing in the usage of its account, because its record cannot be read' },
    });
    new HarmAlarm(this, 'SpendWatchBehind', {
      topic,
      threshold: BEHIND_MAX.toMilliseconds(),
      metric: lambda.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: Duration.minutes(5) }),
      alarm: { impact: 'A stolen key keeps working and usage is out of date, because records are added up too late' },
    });
  }
}
