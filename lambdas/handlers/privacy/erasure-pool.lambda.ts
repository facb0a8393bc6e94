import middy from '@middy/core';
import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { CognitoErasableUsers } from '../../adapters/cognito/cognito-erasable-users';
import { readEnv } from '../../adapters/read-env';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { ERASURE_POOL_ENV } from '../../contracts/deployment/environment';
import { removeUser } from '../../domain/privacy/erasure/remove-user';
import { stepDependencies } from './deployed-erasure';
import { erasureStep } from './erasure-step';

const env = readEnv(ERASURE_POOL_ENV);
const step = stepDependencies({ accounts: env.ACCOUNTS_TABLE });
const client = new CognitoIdentityProviderClient(SDK_LIMITS);
const users = new CognitoErasableUsers({ client, userPoolId: env.USER_POOL_ID });

export const handler = middy(erasureStep(removeUser, { ...step, users }));
