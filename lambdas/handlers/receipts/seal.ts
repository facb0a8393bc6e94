import type { Log } from '../../domain/log';
import type { Sealer } from '../../domain/receipts/sealer';

export interface SealDependencies {
  readonly sealer: Pick<Sealer, 'run'>;
  readonly log: Log;
}

/** Seals what is open. Runs every minute; running twice at once, or again after a crash, seals everything once. */
export function seal({ sealer, log }: SealDependencies): () => Promise<void> {
  return async () => {
    const { receipts, overtaken } = await sealer.run();
    if (receipts > 0) log.info('RECEIPTS_SEALED', { count: receipts });
    // Two at a time is nothing to repair; often would say that one takes longer than its minute.
    if (overtaken) log.warn('SEAL_OVERTAKEN');
  };
}
