import { S3Client } from '@aws-sdk/client-s3';
import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { S3EventArchive } from '../../adapters/s3/s3-event-archive';
import { StdoutLog } from '../../adapters/stdout-log';
import { ARCHIVE_ENV } from '../../contracts/deployment/environment';
import { archive } from './archive';

const { AUDIT_ARCHIVE: bucket } = readEnv(ARCHIVE_ENV);

export const handler = middy(
  archive({ archive: new S3EventArchive({ client: new S3Client(), bucket }), log: new StdoutLog() }),
);
