import middy from '@middy/core';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { S3Client } from '@aws-sdk/client-s3';
import { CognitoErasableUsers } from '../../adapters/cognito/cognito-erasable-users';
import { readEnv } from '../../adapters/read-env';
import { S3ErasableFiles } from '../../adapters/s3/s3-erasable-files';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { ERASURE_VERIFY_ENV } from '../../contracts/deployment/environment';
import { verifyErasure } from '../../domain/privacy/erasure/verify-erasure';
import { stepDependencies } from './deployed-erasure';
import { erasureStep } from './erasure-step';

const env = readEnv(ERASURE_VERIFY_ENV);
const step = stepDependencies({
  accounts: env.ACCOUNTS_TABLE,
  keys: env.KEYS_TABLE,
  wallet: env.WALLET_TABLE,
  usage: env.USAGE_TABLE,
  rollups: env.ROLLUPS_TABLE,
  audit: env.AUDIT_TABLE,
  outbox: env.OUTBOX_TABLE,
});
const files = new S3ErasableFiles({ client: new S3Client(SDK_LIMITS), bucket: env.EXPORT_BUCKET });
const client = new CognitoIdentityProviderClient(SDK_LIMITS);
const users = new CognitoErasableUsers({ client, userPoolId: env.USER_POOL_ID });

export const handler = middy(erasureStep(verifyErasure, { ...step, files, users }));
