import { KMSClient } from '@aws-sdk/client-kms';
import middy from '@middy/core';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { readEnv } from '../../adapters/read-env';
import { KmsSigner } from '../../adapters/receipts/kms-signer';
import { StdoutLog } from '../../adapters/stdout-log';
import { SEAL_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { Sealer } from '../../domain/receipts/sealer';
import { seal } from './seal';

const env = readEnv(SEAL_ENV);
const store = new DynamodbStore({ transport: new SdkTransport(), tableNames: { usage: env.USAGE_TABLE }, clock });
const signer = new KmsSigner({ client: new KMSClient(), keyArn: env.RECEIPT_KEY });
const sealer = new Sealer({ store, signer, clock, retentionDays: Number(env.USAGE_RETENTION_DAYS) });

export const handler = middy(seal({ sealer, log: new StdoutLog() }));
