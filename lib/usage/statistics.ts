import { Construct } from 'constructs';
import { STATISTICS_ENV } from '../../lambdas/contracts/deployment/environment';
import type { StatisticsTable } from './statistics-table';
import { alarmOfDailyFunction, dailyFunction, type UsageJobProps } from './usage-job';

export interface StatisticsProps extends UsageJobProps {
  /** Receives the anonymised sums. */
  readonly statistics: StatisticsTable;
}

/** Publishes anonymised usage every day, before the roll-ups that it is made of expire. */
export class Statistics extends Construct {
  constructor(scope: Construct, id: string, props: StatisticsProps) {
    super(scope, id);
    const { config, accounts, rollUps, statistics, alarmTopic: topic } = props;
    const publish = dailyFunction(this, 'Publish', {
      ...props,
      entry: 'lambdas/handlers/usage/statistics.lambda.ts',
      description: 'Publishes anonymised usage of all accounts together',
      name: 'statistics',
      environmentNames: STATISTICS_ENV,
      environment: {
        ACCOUNTS_TABLE: accounts.table.tableName,
        ROLLUPS_TABLE: rollUps.tableName,
        STATISTICS_TABLE: statistics.tableName,
        USAGE_RETENTION_DAYS: String(config.usageDays),
        STATISTICS_ACCOUNTS_MIN: String(config.statistics.accountsMin),
      },
    });
    accounts.grants.list(publish);
    accounts.grants.findRestrictions(publish);
    rollUps.grants.read(publish);
    statistics.grants.publish(publish);
    const impact = 'Statistics have a gap once the usage that they are made of expires';
    alarmOfDailyFunction(this, 'Statistics', publish, { topic, impact });
  }
}
