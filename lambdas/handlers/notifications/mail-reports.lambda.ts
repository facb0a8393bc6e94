import middy from '@middy/core';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { readEnv } from '../../adapters/read-env';
import { StdoutLog } from '../../adapters/stdout-log';
import { MAIL_REPORTS_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { MailReports } from '../../domain/notifications/delivery/mail-reports';
import { SuppressedHashes } from '../../domain/notifications/people/suppressions';
import { mailReports } from './mail-reports';

const env = readEnv(MAIL_REPORTS_ENV);
const tableNames = { outbox: env.OUTBOX_TABLE, accounts: env.ACCOUNTS_TABLE };
const store = new DynamodbStore({ transport: new SdkTransport(), tableNames, clock });
const log = new StdoutLog();
const reports = new MailReports({ store, clock, log, suppressions: new SuppressedHashes({ store, clock }) });

export const handler = middy(mailReports({ reports, log }));
