import type { Log } from '../../../lambdas/domain/log';
import type { LocalParts } from './local-parts';
import { Repeated } from './repeated';

const SWEEP_EVERY_MS = 5_000;

type Parts = Pick<LocalParts, 'store' | 'wallet'>;

/** Ends what is due, every few seconds, as the scheduled function does in AWS. */
export class Sweeper {
  private readonly parts: Parts;
  private readonly log: Log;
  private readonly repeated = new Repeated(SWEEP_EVERY_MS, () => this.sweep());

  constructor(parts: Parts, log: Log) {
    this.parts = parts;
    this.log = log;
  }

  start(): void {
    this.repeated.start();
  }

  /** Resolves once no sweep runs. */
  stop(): Promise<void> {
    return this.repeated.stop();
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
