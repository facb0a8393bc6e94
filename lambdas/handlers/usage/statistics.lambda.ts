import middy from '@middy/core';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { readEnv } from '../../adapters/read-env';
import { StdoutLog } from '../../adapters/stdout-log';
import { STATISTICS_ENV } from '../../contracts/deployment/environment';
import { everyAccount } from '../../domain/accounts/directory';
import { systemClock as clock } from '../../domain/clock';
import { Statistics } from '../../domain/usage/statistics/statistics';
import { publishStatistics } from './statistics';

const env = readEnv(STATISTICS_ENV);
const tableNames = { accounts: env.ACCOUNTS_TABLE, rollups: env.ROLLUPS_TABLE, statistics: env.STATISTICS_TABLE };
const store = new DynamodbStore({ transport: new SdkTransport(), tableNames, clock });
const statistics = new Statistics({
  store,
  clock,
  everyAccount: () => everyAccount(store),
  retentionDays: Number(env.USAGE_RETENTION_DAYS),
  accountsMin: Number(env.STATISTICS_ACCOUNTS_MIN),
});

export const handler = middy(publishStatistics({ statistics, log: new StdoutLog() }));
