import { isoTime, leaseEntryKey, leaseKey } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import { type GuardedWrite, tryCommit } from '../../table/commit';
import { compare } from '../../table/condition';
import { changeBalance } from '../balance/balance';
import { chargeTransfers, putEntry } from '../ledger/entry';
import type { Lease, Tally } from './lease';
import type { IdleLease } from './lease-book';
import type { Ledger } from '../ledger/ledger';
import { callToken } from '../ledger/ledger';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';

/** All that ends a lease, in one transaction: its charges are booked and the rest goes back to its drawer. */
export function leaseEndWrites(ledger: Ledger, lease: Lease, settled: Tally): readonly GuardedWrite<'lease_gone'>[] {
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
    {
      write: { table: WALLET, delete: leaseKey(leaseId, dueAt), when: compare('turn', '=', last.turn) },
      // The lease was ended meanwhile, or its owner has given it to another request.
      otherwise: () => 'lease_gone',
    },
    { write: putEntry(leaseEntryKey(accountId, drawer, leaseId), entry) },
    { write: changeBalance({ accountId, drawer }, balance, compare('heldPico', '>=', heldPico)) },
  ];
}

/** Ends a lease whose requests have all ended; without effect on one that is gone. */
export function endLease(ledger: Ledger, { lease, settled }: IdleLease): Promise<void> {
  const writes = leaseEndWrites(ledger, lease, settled);
  const token = callToken();
  return retryOrUnavailable(SETTLE_RETRY, ledger.timing, async () => {
    await tryCommit(ledger.store, writes, token);
  });
}
