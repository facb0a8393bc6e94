import type { Arrears } from '../../domain/payments/arrears/arrears';

/**
 * Bills the accounts that use credit lines: issues what they owe for the last month, reminds, suspends and resumes. It
 * runs every hour; running it concurrently or repeatedly does no harm.
 */
export const collectArrears =
  (arrears: Pick<Arrears, 'run'>): (() => Promise<void>) =>
  () =>
    arrears.run();
