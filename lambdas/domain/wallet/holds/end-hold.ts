import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { entryKey, holdKey, isoTime } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import { type GuardedWrite, commit } from '../../table/commit';
import { absent, compare, exists } from '../../table/condition';
import { newTransactionToken } from '../../table/transaction-token';
import { putUsageRecord } from '../../usage/records/usage-records';
import { changeBalance } from '../balance/balance';
import type { WalletDependencies } from '../dependencies';
import { chargeTransfers, countedIn, putEntry } from '../ledger/entry';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';
import { LedgerInconsistent } from '../wallet-errors';
import type { Hold } from './hold';
import { endCount } from './key-counters';
import { chargeOf, type HoldEnd } from './settlement';

/**
 * Ends a hold: one transaction deletes the hold, writes the entry and the usage record, and moves the money.
 * @returns false when the request had already ended
 * @throws LedgerInconsistent
 */
export function endHold(dependencies: WalletDependencies, end: HoldEnd): Promise<boolean> {
  // Built once, because only identical writes may be sent again under the same token.
  const writes = endWrites(dependencies, end);
  const token = newTransactionToken();
  return retryOrUnavailable(SETTLE_RETRY, dependencies.timing, async () => {
    const refusals = await commit(dependencies.store, writes, token);
    if (refusals.length === 0) return true;
    if (refusals.includes('ended_before')) return false;
    if (!refusals.includes('ended_on_lease')) throw new LedgerInconsistent();
    await returnHold(dependencies, end.hold);
    return false;
  });
}

/** The hold is live, but the other items contradict it. No race can cause that, only a broken ledger. */
const INCONSISTENT = 'inconsistent';

/**
 * The reasons why a hold cannot end.
 * - `ended_before`: the hold is gone.
 * - `ended_on_lease`: the hold is live, but a lease has ended its request. A request has both when an attempt to hold
 *   its money arrived late, after its caller had given up on that attempt and had taken a lease.
 */
type EndRefusal = 'ended_before' | 'ended_on_lease' | typeof INCONSISTENT;

function endWrites(dependencies: WalletDependencies, end: HoldEnd): readonly GuardedWrite<EndRefusal>[] {
  const { hold, kind, record: draft } = end;
  const { accountId, requestId, heldPico, counting } = hold;
  const { costPico, overrunPico } = chargeOf(end);
  const now = dependencies.timing.clock();
  const entry = {
    kind,
    requestId,
    heldPico,
    ...countedIn(counting),
    at: isoTime(now),
    priceVersion: draft.priceVersion,
    transfers: chargeTransfers({ costPico, overrunPico }),
  };
  const record: UsageRecord = { ...draft, accountId, requestId, costPico, overrunPico };
  const counts = counting ? endCount(counting, { heldPico, costPico, usage: draft.usage, now }) : [];
  return [
    deleteHold(hold),
    {
      write: putEntry(entryKey(accountId, requestId), entry),
      otherwise: (recorded) => (recorded?.['kind'] === 'expire' ? 'ended_on_lease' : INCONSISTENT),
    },
    {
      write: putUsageRecord(record, dependencies.usageRetentionDays, absent()),
      otherwise: (recorded) => (recorded?.['leaseTurn'] !== undefined ? 'ended_on_lease' : INCONSISTENT),
    },
    moveHeld(hold, costPico),
    ...counts.map((write) => ({ write })),
  ];
}

/** Returns the whole hold of a request that a lease has ended. Leases serve no counted keys, so no counter changes. */
function returnHold(dependencies: WalletDependencies, hold: Hold): Promise<void> {
  const writes = [deleteHold(hold), moveHeld(hold, 0n)];
  const token = newTransactionToken();
  return retryOrUnavailable(SETTLE_RETRY, dependencies.timing, async () => {
    const [refusal] = await commit(dependencies.store, writes, token);
    if (refusal === INCONSISTENT) throw new LedgerInconsistent();
  });
}

/** A hold exists once, so it ends once. */
const deleteHold = ({ requestId, deadline }: Hold): GuardedWrite<EndRefusal> => ({
  write: { table: WALLET, delete: holdKey(requestId, deadline), when: exists() },
  otherwise: () => 'ended_before',
});

/** The condition is a second line of defence: `held` never falls below zero, even if other code has a defect. */
const moveHeld = ({ accountId, heldPico }: Hold, costPico: bigint): GuardedWrite<EndRefusal> => ({
  write: changeBalance(
    { accountId },
    { heldPico: -heldPico, availablePico: heldPico - costPico, spentPico: costPico },
    compare('heldPico', '>=', heldPico),
  ),
  otherwise: () => INCONSISTENT,
});
