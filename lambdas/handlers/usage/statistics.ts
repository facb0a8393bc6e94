import type { Log } from '../../domain/log';
import type { Statistics } from '../../domain/usage/statistics/statistics';

/** Publishes anonymised usage once a day. A run that is missed or fails is made up for by the next one. */
export const publishStatistics =
  ({
    statistics,
    log,
  }: {
    readonly statistics: Pick<Statistics, 'publish'>;
    readonly log: Log;
  }): (() => Promise<void>) =>
  async () => {
    const days = await statistics.publish();
    if (days.length > 0) log.info('STATISTICS_PUBLISHED', { count: days.length });
  };
