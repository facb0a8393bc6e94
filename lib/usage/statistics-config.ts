import { z } from 'zod';
import { ACCOUNTS_MIN_DEFAULT } from '../../lambdas/contracts/deployment/statistics';

export const statisticsSchema = z
  .strictObject({
    /** The fewest accounts that a published sum covers. Days that were published stay as they are. */
    accountsMin: z.int().min(2, 'must be at least 2 accounts').default(ACCOUNTS_MIN_DEFAULT),
  })
  .prefault({});
