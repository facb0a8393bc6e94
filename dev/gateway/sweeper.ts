import type { Log } from '../../lambdas/domain/log';
import type { LocalParts } from './local-parts';

const SWEEP_EVERY_MS = 5_000;

type Parts = Pick<LocalParts, 'store' | 'wallet'>;

/** Ends what is due, every few seconds, as the scheduled function does in AWS. */
export class Sweeper {
  private readonly parts: Parts;
  private readonly log: Log;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(parts: Parts, log: Log) {
    this.parts = parts;
    this.log = log;
  }

  start(): void {
    this.timer = setTimeout(() => {
      this.running = this.sweep().finally(() => {
        if (this.timer !== undefined) this.start();
      });
    }, SWEEP_EVERY_MS);
  }

  /** Resolves once no sweep runs. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
  }

  private async sweep(): Promise<void> {
    try {
      const { expired, overdue, failed } = await this.parts.wallet.expireDue();
      if (expired > 0) this.log.warn('HOLDS_EXPIRED', { count: expired });
      if (overdue > 0) this.log.error('HOLD_OVERDUE', { count: overdue });
      if (failed > 0) this.log.error('HOLD_NOT_EXPIRED', { count: failed });
      await this.parts.store.removeExpired();
    } catch (error) {
      this.log.error('SWEEP_FAILED', { cause: error instanceof Error ? error.name : 'Unknown' });
    }
  }
}
