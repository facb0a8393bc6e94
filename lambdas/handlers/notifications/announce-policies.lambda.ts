import middy from '@middy/core';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { readEnv } from '../../adapters/read-env';
import { POLICY_NOTICES_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { PolicyNotices } from '../../domain/policies/policy-notices';
import { announcePolicies } from './announce-policies';

const env = readEnv(POLICY_NOTICES_ENV);
const tableNames = { accounts: env.ACCOUNTS_TABLE, outbox: env.OUTBOX_TABLE };
const store = new DynamodbStore({ transport: new SdkTransport(), tableNames, clock });

export const handler = middy(announcePolicies(new PolicyNotices({ store, clock })));
