import type { Log } from '../../log';
import type { Settled } from '../../wallet/holds/settlement';

/** Logs the part of a cost that the account was not charged for, because it is the operator's loss. */
export function logOverrun(log: Log, requestId: string, { overrunPico }: Settled): void {
  if (overrunPico > 0n) log.error('CHARGE_OVERRUN', { requestId, overrunPico });
}
