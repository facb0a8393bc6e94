import { watch } from 'node:fs';
import type { Gateway } from '../e2e/child-process';
import type { Acknowledged } from './acknowledged';
import { createKey, credit } from './administer';
import { Countdown } from './countdown';
import { keepAsking } from './crowd';
import type { Counted, Moment } from './plan';

/** Only a checkpoint writes to this file; commits go to the log beside it. */
const STORE_FILE = 'store.db';
const CREDIT_USD = '0.01';

export interface Load {
  readonly gateway: Gateway;
  /** The gateway's data folder. */
  readonly folder: string;
  readonly told: Acknowledged;
  readonly moment: Moment;
}

/** Keeps clients and an operator busy until the planned moment, and kills the gateway. Resolves once it has ended. */
export async function loadUntilKilled({ gateway, folder, told, moment }: Load): Promise<void> {
  const { accountId } = gateway;
  const { counted, count, shutdownWrites } = moment;
  let isStopping = false;
  const afterStop = new Countdown(shutdownWrites ?? Infinity, () => gateway.kill('SIGKILL'));
  const beforeSignal = new Countdown(count, () => {
    isStopping = shutdownWrites !== undefined;
    gateway.kill(isStopping ? 'SIGTERM' : 'SIGKILL');
  });
  const tick = (happened: Counted): void => {
    if (happened === counted) beforeSignal.tick();
  };
  const watcher = watch(folder, (_event, file) => {
    if (isStopping) afterStop.tick();
    else if (file === STORE_FILE) tick('checkpoint');
  });
  try {
    await Promise.all([
      keepAsking({
        gateway,
        told,
        isStopping: () => isStopping,
        onEvent: () => tick('event'),
        onAnswer: () => tick('answer'),
      }),
      credit(folder, accountId, CREDIT_USD, told),
      createKey(folder, accountId, told),
    ]);
    if (!beforeSignal.isOver) {
      told.unexpected.push(`the clients lost the gateway before it was killed: ${gateway.err()}`);
      gateway.kill('SIGKILL');
    }
    await gateway.ended;
  } finally {
    watcher.close();
  }
}
