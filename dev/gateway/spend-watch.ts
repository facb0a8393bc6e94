import type { DynamoDBRecord } from 'aws-lambda';
import { AuditLog } from '../../lambdas/domain/audit/audit-log';
import { KeySuspensions } from '../../lambdas/domain/keys/key-suspensions';
import type { Log } from '../../lambdas/domain/log';
import { KeySpend } from '../../lambdas/domain/usage/key-spend';
import { SpendWatch as KeySpendWatch } from '../../lambdas/domain/usage/spend-watch';
import { spend } from '../../lambdas/handlers/usage/spend';
import type { LocalParts } from './local-parts';
import { USAGE_STREAM } from './sealer';

const WATCH_EVERY_MS = 5_000;

/** Adds up what keys spend, every few seconds, with the code of the function that does it in AWS. */
export class SpendWatch {
  private readonly takeChanges: ReturnType<typeof spend>;
  /** What the process ends with is not added up: a key spends that much more before it is looked at. */
  private waiting: DynamoDBRecord[] = [];
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor({ store, clock }: Pick<LocalParts, 'store' | 'clock'>, log: Log) {
    const suspensions = new KeySuspensions({ store, clock, audit: new AuditLog({ store, clock }) });
    const watch = new KeySpendWatch({ spend: new KeySpend({ store }), suspensions, clock, log });
    this.takeChanges = spend({ watch, log });
    store.onChange((records) => {
      this.waiting.push(...records.filter(({ eventSourceARN }) => eventSourceARN?.includes(USAGE_STREAM)));
    });
  }

  start(): void {
    this.timer = setTimeout(() => {
      this.running = this.run().finally(() => {
        if (this.timer !== undefined) this.start();
      });
    }, WATCH_EVERY_MS);
  }

  /** Adds up what has ended so far, and no more. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
    await this.run();
  }

  private async run(): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    try {
      if (batch.length > 0) await this.takeChanges({ Records: batch });
    } catch {
      // The fault is logged already; as in a stream, the batch comes again.
      this.waiting.unshift(...batch);
    }
  }
}
