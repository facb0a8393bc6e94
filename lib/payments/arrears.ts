import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { ARREARS_ENV } from '../../lambdas/contracts/deployment/environment';
import { DUE_DAYS_DEFAULT } from '../../lambdas/contracts/deployment/payment-limits';
import type { AuditTable } from '../audit/audit-table';
import { HarmAlarm } from '../constructs/harm-alarm';
import { invokeOnSchedule } from '../constructs/schedule';
import { ServiceFunction } from '../constructs/service-function';
import type { PaymentJobsProps } from './payment-jobs';

export interface ArrearsProps extends Omit<PaymentJobsProps, 'stripeKeys'> {
  /** Receives an event for each statement, suspension and resumption. */
  readonly audit: AuditTable;
}

const INTERVAL = Duration.hours(1);

/** Bills, every hour, the accounts that owe a part of their credit line: statements, reminders, suspensions. */
export class Arrears extends Construct {
  constructor(scope: Construct, id: string, props: ArrearsProps) {
    super(scope, id);
    const { config, accounts, audit, wallet, outbox, alarmTopic: topic } = props;
    const collect = new ServiceFunction(this, 'Collect', {
      entry: 'lambdas/handlers/payments/collect-arrears.lambda.ts',
      description: 'Bills accounts for the used part of their credit lines',
      memoryMb: 256,
      timeout: Duration.minutes(15),
      logGroupName: `/tollgate/${config.stage}/arrears`,
      logDays: config.logDays,
      encryptionKey: props.encryptionKey,
      losesEventsBecause: 'The event is empty, and the run an hour later does the same work.',
      retriesEvents: false,
      environmentNames: ARREARS_ENV,
      environment: {
        ACCOUNTS_TABLE: accounts.table.tableName,
        AUDIT_TABLE: audit.table.tableName,
        WALLET_TABLE: wallet.table.tableName,
        OUTBOX_TABLE: outbox.table.tableName,
        MAIL_FROM: config.identity.mailFrom ?? 'none',
        DUE_DAYS: String(config.payments?.dueDays ?? DUE_DAYS_DEFAULT),
      },
    });
    wallet.grants.collectArrears(collect);
    accounts.grants.extendAudit(collect);
    audit.grants.recordForAccounts(collect);
    props.outbox.grants.notify(collect);
    invokeOnSchedule(this, collect.function, {
      expression: 'rate(1 hour)',
      // The next run is due soon.
      retries: 0,
      eventAgeMax: Duration.minutes(10),
    });
    new HarmAlarm(this, 'ArrearsErrors', {
      topic,
      // The next run does the work of a failed one, so only repeated failures matter.
      threshold: 3,
      metric: collect.function.metricErrors({ statistic: Stats.SUM, period: Duration.hours(6) }),
      alarm: { impact: 'Accounts are not billed for their credit lines, or stay suspended after they paid' },
    });
    new HarmAlarm(this, 'ArrearsNotRunning', {
      topic,
      below: true,
      periods: 3,
      metric: collect.function.metricInvocations({ statistic: Stats.SUM, period: INTERVAL }),
      alarm: { impact: 'Accounts are not billed for their credit lines, and stay suspended after they paid' },
    });
  }
}
