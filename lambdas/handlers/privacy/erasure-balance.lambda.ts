import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { ERASURE_BALANCE_ENV } from '../../contracts/deployment/environment';
import { Members } from '../../domain/accounts/members';
import { AuditLog } from '../../domain/audit/audit-log';
import { leavingPayer } from '../../domain/keys/payers/leaving-payer';
import { Refunds } from '../../domain/payments/refunds';
import { Funds } from '../../domain/wallet/funds/funds';
import { endBalance } from '../../domain/privacy/erasure/end-balance';
import { deployedCustomers, stepDependencies } from './deployed-erasure';
import { erasureStep } from './erasure-step';

const env = readEnv(ERASURE_BALANCE_ENV);
const step = stepDependencies({
  accounts: env.ACCOUNTS_TABLE,
  wallet: env.WALLET_TABLE,
  audit: env.AUDIT_TABLE,
  keys: env.KEYS_TABLE,
});
const audit = new AuditLog(step);
const funds = new Funds(step);
const customers = deployedCustomers(env, step.store);

export const handler = middy(
  erasureStep(endBalance, {
    ...step,
    funds,
    members: new Members({ ...step, audit, leaving: leavingPayer({ ...step, audit }) }),
    ...(customers && { customers, refunds: new Refunds({ ...step, funds, processor: customers.processor }) }),
  }),
);
