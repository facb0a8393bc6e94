import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { ERASURE_TELL_ENV } from '../../contracts/deployment/environment';
import { tell } from '../../domain/privacy/erasure/tell';
import { stepDependencies } from './deployed-erasure';
import { erasureStep } from './erasure-step';

const env = readEnv(ERASURE_TELL_ENV);
const step = stepDependencies({ accounts: env.ACCOUNTS_TABLE, outbox: env.OUTBOX_TABLE });

export const handler = middy(erasureStep(tell, { ...step, sendsMail: env.MAIL_FROM !== 'none' }));
