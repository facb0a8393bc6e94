import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { ERASURE_PROCESSOR_ENV } from '../../contracts/deployment/environment';
import { endCustomer } from '../../domain/privacy/erasure/end-customer';
import { deployedCustomers, stepDependencies } from './deployed-erasure';
import { erasureStep } from './erasure-step';

const env = readEnv(ERASURE_PROCESSOR_ENV);
const step = stepDependencies({ accounts: env.ACCOUNTS_TABLE });

export const handler = middy(erasureStep(endCustomer, { ...step, customers: deployedCustomers(env, step.store) }));
