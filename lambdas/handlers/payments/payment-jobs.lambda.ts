import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { SDK_LIMITS } from '../../adapters/sdk-limits';
import { StdoutLog } from '../../adapters/stdout-log';
import { PAYMENTS_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { audiencesOf, notifyBy } from '../../domain/notifications/outbox/outbox';
import { LowBalances } from '../../domain/payments/low-balances';
import { Funds } from '../../domain/wallet/funds/funds';
import { deployedPayments, paymentsStore } from './deployed-payments';
import { paymentJobs } from './payment-jobs';

const env = readEnv(PAYMENTS_ENV);
const store = paymentsStore(env);
// Without its keys it still ends grants, so it starts without them, and its runs fail.
const opened = deployedPayments(env, { store, client: new SecretsManagerClient(SDK_LIMITS), log: new StdoutLog() });

const funds = new Funds({ store, clock });
const lowBalances = new LowBalances({ store, funds, notify: notifyBy(clock, audiencesOf(env.MAIL_FROM !== 'none')) });

export const handler = middy(paymentJobs({ funds, lowBalances, payments: opened?.payments }));
