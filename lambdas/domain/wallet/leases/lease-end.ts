import { isoTime, leaseEntryKey, leaseKey } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import { compare } from '../../table/condition';
import type { Write } from '../../table/table-store';
import { changeBalance } from '../balance/balance';
import { chargeTransfers, putEntry } from '../ledger/entry';
import type { Lease, Tally } from './lease';
import type { IdleLease } from './lease-book';
import type { Ledger } from '../ledger/ledger';
import { callToken } from '../ledger/ledger';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';

/** Where the lease stands among the writes that end it. */
export const LEASE_PLACE = 0;

/** All that ends a lease, in one transaction: its charges are booked and the rest goes back to its drawer. */
export function leaseEndWrites(ledger: Ledger, lease: Lease, settled: Tally): readonly Write[] {
  const { leaseId, accountId, drawer, heldPico, dueAt, last } = lease;
  const { costPico, overrunPico, requests, priceVersions } = settled;
  const entry = {
    kind: 'lease' as const,
    heldPico,
    requests,
    priceVersions,
    at: isoTime(ledger.timing.clock()),
    transfers: chargeTransfers({ costPico, overrunPico }),
  };
  const balance = { heldPico: -heldPico, availablePico: heldPico - costPico, spentPico: costPico };
  return [
    // As long as nobody has given the lease to another request, or ended it.
    { table: WALLET, delete: leaseKey(leaseId, dueAt), when: compare('turn', '=', last.turn) },
    putEntry(leaseEntryKey(accountId, drawer, leaseId), entry),
    changeBalance({ accountId, drawer }, balance, compare('heldPico', '>=', heldPico)),
  ];
}

/** Ends a lease whose requests have all ended. Throws TransactionCancelled when somebody else ended it first. */
export function endLease(ledger: Ledger, { lease, settled }: IdleLease): Promise<void> {
  const writes = leaseEndWrites(ledger, lease, settled);
  const token = callToken();
  return retryOrUnavailable(SETTLE_RETRY, ledger.timing, () => ledger.store.transact(writes, token));
}
