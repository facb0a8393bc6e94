import { MINUTE_MS } from '../../../lambdas/domain/clock';
import { ExpiringKeys } from '../../../lambdas/domain/keys/expiring-keys';
import { errorName, type Log } from '../../../lambdas/domain/log';
import { PolicyNotices } from '../../../lambdas/domain/policies/policy-notices';
import { backgroundStore } from './background-store';
import type { LocalServices } from './local-services';
import { PeriodicTask } from './periodic-task';

/**
 * The schedules that tell people about keys that end soon and about new versions of policies, with the code of the
 * functions that do so in AWS.
 */
export function noticeTasks(
  { store, clock }: Pick<LocalServices, 'store' | 'clock'>,
  log: Log,
): readonly PeriodicTask[] {
  const options = { store: backgroundStore(store), clock };
  const [keys, policies] = [new ExpiringKeys(options), new PolicyNotices(options)];
  const everyMinute = (failed: string, tell: () => Promise<void>): PeriodicTask =>
    new PeriodicTask(MINUTE_MS, () => tell().catch((error: unknown) => log.warn(failed, { cause: errorName(error) })));
  return [
    everyMinute('KEY_REMINDERS_FAILED', () => keys.remind()),
    everyMinute('POLICY_NOTICES_FAILED', () => policies.announce()),
  ];
}
