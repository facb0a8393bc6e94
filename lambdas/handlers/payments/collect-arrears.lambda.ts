import middy from '@middy/core';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { readEnv } from '../../adapters/read-env';
import { ARREARS_ENV } from '../../contracts/deployment/environment';
import { Accounts } from '../../domain/accounts/accounts';
import { AuditLog } from '../../domain/audit/audit-log';
import { systemClock as clock } from '../../domain/clock';
import { Arrears } from '../../domain/payments/arrears/arrears';
import { audiencesOf } from '../../domain/notifications/outbox/outbox';
import { tellOfDue } from '../../domain/payments/arrears/due-message';
import { collectArrears } from './collect-arrears';

const env = readEnv(ARREARS_ENV);
const store = new DynamodbStore({
  transport: new SdkTransport(),
  tableNames: {
    accounts: env.ACCOUNTS_TABLE,
    audit: env.AUDIT_TABLE,
    wallet: env.WALLET_TABLE,
    outbox: env.OUTBOX_TABLE,
  },
  clock,
});
const audit = new AuditLog({ store, clock });
const arrears = new Arrears({
  store,
  clock,
  audit,
  accounts: new Accounts({ store, clock, audit }),
  dueDays: Number(env.DUE_DAYS),
  notify: tellOfDue({ store, clock, audiences: audiencesOf(env.MAIL_FROM !== 'none') }),
});

export const handler = middy(collectArrears(arrears));
