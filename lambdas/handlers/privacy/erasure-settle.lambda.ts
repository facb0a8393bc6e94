import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { ERASURE_SETTLE_ENV } from '../../contracts/deployment/environment';
import { settle } from '../../domain/privacy/erasure/settle';
import { stepDependencies } from './deployed-erasure';
import { erasureStep } from './erasure-step';

const env = readEnv(ERASURE_SETTLE_ENV);
const step = stepDependencies({ accounts: env.ACCOUNTS_TABLE, wallet: env.WALLET_TABLE });

export const handler = middy(erasureStep(settle, step));
