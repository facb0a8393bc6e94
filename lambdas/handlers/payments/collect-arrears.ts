import { ARREARS_LIMITS } from '../../contracts/deployment/job-limits';
import { type Clock, SECOND_MS } from '../../domain/clock';
import type { Arrears } from '../../domain/payments/arrears/arrears';

/**
 * Bills the accounts that use credit lines: issues what they owe for the last month, reminds, suspends and resumes. It
 * runs every hour; running it concurrently or repeatedly does no harm.
 */
export const collectArrears =
  (arrears: Pick<Arrears, 'run'>, clock: Clock): (() => Promise<void>) =>
  () =>
    arrears.run(clock() + ARREARS_LIMITS.beginsSeconds * SECOND_MS);
