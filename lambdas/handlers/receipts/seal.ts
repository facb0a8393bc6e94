import type { Log } from '../../domain/log';
import type { Sealer } from '../../domain/receipts/sealer';

export interface SealDependencies {
  readonly sealer: Pick<Sealer, 'run'>;
  readonly log: Log;
}

/** Seals all open leaves once a minute. Concurrent runs, or a run after a crash, never seal a leaf twice. */
export function seal({ sealer, log }: SealDependencies): () => Promise<void> {
  return async () => {
    const { receipts, overtaken } = await sealer.run();
    if (receipts > 0) log.info('RECEIPTS_SEALED', { count: receipts });
    // An occasional overlap is harmless. Frequent overlaps mean that a run takes longer than a minute.
    if (overtaken) log.warn('SEAL_OVERTAKEN');
  };
}
