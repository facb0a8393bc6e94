import middy from '@middy/core';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { readEnv } from '../../adapters/read-env';
import { EXPORT_DELIVER_ENV } from '../../contracts/deployment/environment';
import { AuditLog } from '../../domain/audit/audit-log';
import { systemClock as clock } from '../../domain/clock';
import { audiencesOf, notifyBy } from '../../domain/notifications/outbox/outbox';
import { exportDeliver } from './export-deliver';

const env = readEnv(EXPORT_DELIVER_ENV);
const tableNames = { accounts: env.ACCOUNTS_TABLE, audit: env.AUDIT_TABLE, outbox: env.OUTBOX_TABLE };
const store = new DynamodbStore({ transport: new SdkTransport(), tableNames, clock });

export const handler = middy(
  exportDeliver({
    store,
    audit: new AuditLog({ store, clock }),
    notify: notifyBy(clock, audiencesOf(env.MAIL_FROM !== 'none')),
  }),
);
