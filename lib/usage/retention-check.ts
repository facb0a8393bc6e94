import { Construct } from 'constructs';
import { RETENTION_ENV } from '../../lambdas/contracts/deployment/environment';
import type { AuditTable } from '../audit/audit-table';
import { HarmAlarm } from '../constructs/harm-alarm';
import { logCodeMetric } from '../constructs/log-code-metric';
import type { UsageTable } from './usage-table';
import { alarmOfDailyFunction, dailyFunction, type UsageJobProps } from './usage-job';

export interface RetentionCheckProps extends UsageJobProps {
  readonly usage: UsageTable;
  readonly audit: AuditTable;
}

/** Checks every night that no record can be read for longer than its class allows, and that no erasure takes too long. */
export class RetentionCheck extends Construct {
  constructor(scope: Construct, id: string, props: RetentionCheckProps) {
    super(scope, id);
    const { config, accounts, usage, rollUps, audit, alarmTopic: topic } = props;
    const check = dailyFunction(this, 'Check', {
      ...props,
      entry: 'lambdas/handlers/usage/check-retention.lambda.ts',
      description: 'Looks for records that are older than their retention allows',
      name: 'retention-check',
      environmentNames: RETENTION_ENV,
      environment: {
        ACCOUNTS_TABLE: accounts.table.tableName,
        USAGE_TABLE: usage.table.tableName,
        ROLLUPS_TABLE: rollUps.tableName,
        AUDIT_TABLE: audit.table.tableName,
        USAGE_RETENTION_DAYS: String(config.usageDays),
      },
    });
    accounts.grants.list(check);
    accounts.erasureGrants.list(check);
    usage.grants.listRecords(check);
    rollUps.grants.read(check);
    audit.grants.readForAccounts(check);
    new HarmAlarm(this, 'RetentionExceeded', {
      topic,
      metric: logCodeMetric(this, 'RETENTION_EXCEEDED', { Check: check.logGroup }),
      alarm: { impact: 'Records are kept for longer than people were promised' },
    });
    new HarmAlarm(this, 'ErasureOverdue', {
      topic,
      metric: logCodeMetric(this, 'ERASURE_OVERDUE', { Check: check.logGroup }),
      alarm: { impact: 'Someone’s data may not be erased within the month that the law allows' },
    });
    const impact = 'Nobody notices if records or erasures are older than people were promised';
    alarmOfDailyFunction(this, 'RetentionCheck', check, { topic, impact });
  }
}
