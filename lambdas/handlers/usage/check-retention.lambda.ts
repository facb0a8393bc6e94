import middy from '@middy/core';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { readEnv } from '../../adapters/read-env';
import { StdoutLog } from '../../adapters/stdout-log';
import { RETENTION_ENV } from '../../contracts/deployment/environment';
import { everyAccount } from '../../domain/accounts/directory';
import { systemClock as clock } from '../../domain/clock';
import { overdueErasures } from '../../domain/privacy/erasure/overdue-erasures';
import { checkRetention } from './check-retention';

const env = readEnv(RETENTION_ENV);
const tableNames = {
  accounts: env.ACCOUNTS_TABLE,
  usage: env.USAGE_TABLE,
  rollups: env.ROLLUPS_TABLE,
  audit: env.AUDIT_TABLE,
};
const store = new DynamodbStore({ transport: new SdkTransport(), tableNames, clock });

export const handler = middy(
  checkRetention({
    store,
    clock,
    everyAccount: () => everyAccount(store),
    overdueErasures: () => overdueErasures({ store, clock }),
    retentionDays: Number(env.USAGE_RETENTION_DAYS),
    log: new StdoutLog(),
  }),
);
