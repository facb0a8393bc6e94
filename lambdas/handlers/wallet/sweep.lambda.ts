import middy from '@middy/core';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { readEnv } from '../../adapters/read-env';
import { StdoutLog } from '../../adapters/stdout-log';
import { SWEEP_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { Wallet } from '../../domain/wallet/wallet';
import { sweep } from './sweep';

const env = readEnv(SWEEP_ENV);
const store = new DynamodbStore({
  transport: new SdkTransport(),
  tableNames: { wallet: env.WALLET_TABLE, keys: env.KEYS_TABLE, usage: env.USAGE_TABLE },
  clock,
});
const wallet = new Wallet({ store, clock, usageRetentionDays: Number(env.USAGE_RETENTION_DAYS) });

export const handler = middy(sweep({ wallet, log: new StdoutLog() }));
