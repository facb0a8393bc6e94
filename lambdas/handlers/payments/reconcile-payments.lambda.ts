import middy from '@middy/core';
import { readEnv } from '../../adapters/read-env';
import { StdoutLog } from '../../adapters/stdout-log';
import { PAYMENTS_ENV } from '../../contracts/deployment/environment';
import { systemClock as clock } from '../../domain/clock';
import { openPayments } from './deployed-payments';
import { reconcilePayments } from './reconcile-payments';

const log = new StdoutLog();
const { payments } = await openPayments(readEnv(PAYMENTS_ENV), log);

export const handler = middy(reconcilePayments({ payments, clock, log }));
