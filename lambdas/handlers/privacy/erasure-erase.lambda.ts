import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { ERASURE_ERASE_ENV } from '../../contracts/deployment/environment';
import { eraseSubject } from '../../domain/privacy/erasure/erase-subject';
import { stepDependencies } from './deployed-erasure';
import { erasureStep } from './erasure-step';

const env = readEnv(ERASURE_ERASE_ENV);
const step = stepDependencies({
  accounts: env.ACCOUNTS_TABLE,
  keys: env.KEYS_TABLE,
  wallet: env.WALLET_TABLE,
  usage: env.USAGE_TABLE,
  rollups: env.ROLLUPS_TABLE,
  audit: env.AUDIT_TABLE,
  outbox: env.OUTBOX_TABLE,
});

export const handler = middy(erasureStep(eraseSubject, step));
