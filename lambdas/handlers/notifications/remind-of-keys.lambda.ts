import middy from '@middy/core';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { readEnv } from '../../adapters/read-env';
import { KEY_REMINDERS_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { ExpiringKeys } from '../../domain/keys/expiring-keys';
import { remindOfKeys } from './remind-of-keys';

const env = readEnv(KEY_REMINDERS_ENV);
const tableNames = { accounts: env.ACCOUNTS_TABLE, keys: env.KEYS_TABLE, outbox: env.OUTBOX_TABLE };
const store = new DynamodbStore({ transport: new SdkTransport(), tableNames, clock });

export const handler = middy(remindOfKeys(new ExpiringKeys({ store, clock })));
