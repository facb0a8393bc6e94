import { S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import { openEncryptedZip } from '../../adapters/archive/encrypted-zip';
import { DynamodbStore } from '../../adapters/dynamodb/dynamodb-store';
import { SdkTransport } from '../../adapters/dynamodb/sdk-transport';
import { readEnv } from '../../adapters/read-env';
import { S3ExportFiles } from '../../adapters/s3/s3-export-files';
import { EXPORT_WRITE_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { exportWrite } from './export-write';

const env = readEnv(EXPORT_WRITE_ENV);
const tableNames = {
  accounts: env.ACCOUNTS_TABLE,
  keys: env.KEYS_TABLE,
  wallet: env.WALLET_TABLE,
  usage: env.USAGE_TABLE,
  rollups: env.ROLLUPS_TABLE,
  audit: env.AUDIT_TABLE,
  outbox: env.OUTBOX_TABLE,
};

export const handler = middy(
  exportWrite({
    store: new DynamodbStore({ transport: new SdkTransport(), tableNames, clock }),
    clock,
    // It has no time limit of its own: a part of eight megabytes takes as long as it takes, and the step is limited.
    files: new S3ExportFiles({ client: new S3Client(), bucket: env.EXPORT_BUCKET }),
    openArchive: openEncryptedZip,
  }),
);
