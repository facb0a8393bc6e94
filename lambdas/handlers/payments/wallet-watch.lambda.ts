import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { StdoutLog } from '../../adapters/stdout-log';
import { PAYMENTS_ENV } from '../../contracts/deployment/environment';
import { openPayments } from './deployed-payments';
import { walletWatch } from './wallet-watch';

const log = new StdoutLog();
const { payments } = await openPayments(readEnv(PAYMENTS_ENV), log);

export const handler = middy(walletWatch({ autoTopUps: payments.autoTopUps, log }));
