import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { StdoutLog } from '../../adapters/stdout-log';
import { PAYMENTS_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { audiencesOf, notifyBy } from '../../domain/notifications/outbox/outbox';
import { LowBalances } from '../../domain/payments/low-balances';
import { Funds } from '../../domain/wallet/funds/funds';
import { openPayments, paymentsStore } from './deployed-payments';
import { walletWatch } from './wallet-watch';

const log = new StdoutLog();
const env = readEnv(PAYMENTS_ENV);
const { payments } = await openPayments(env, log);
const store = paymentsStore(env);
const funds = new Funds({ store, clock });
const lowBalances = new LowBalances({ store, funds, notify: notifyBy(clock, audiencesOf(env.MAIL_FROM !== 'none')) });

export const handler = middy(walletWatch({ autoTopUps: payments.autoTopUps, lowBalances, log }));
