import middy from '@middy/core';
import { S3Client } from '@aws-sdk/client-s3';
import { readEnv } from '../../adapters/read-env';
import { S3ErasableFiles } from '../../adapters/s3/s3-erasable-files';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { ERASURE_FILES_ENV } from '../../contracts/deployment/environment';
import { deleteExports } from '../../domain/privacy/erasure/delete-exports';
import { stepDependencies } from './deployed-erasure';
import { erasureStep } from './erasure-step';

const env = readEnv(ERASURE_FILES_ENV);
const step = stepDependencies({ accounts: env.ACCOUNTS_TABLE, keys: env.KEYS_TABLE });
const files = new S3ErasableFiles({ client: new S3Client(SDK_LIMITS), bucket: env.EXPORT_BUCKET });

export const handler = middy(erasureStep(deleteExports, { ...step, files }));
