import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { leaseEntryKey, leaseKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { type GuardedWrite, commit } from '../../table/commit';
import { compare } from '../../table/condition';
import { newTransactionToken } from '../../table/transaction-token';
import { changeBalance } from '../balance/balance';
import type { WalletDependencies } from '../dependencies';
import { chargeTransfers, putEntry } from '../ledger/entry';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';
import type { Lease, Tally } from './lease';
import type { IdleLease } from './lease-book';

/** The writes that end a lease: they book its charges in one entry and return the rest to its drawer. */
export function leaseEndWrites(
  { timing }: WalletDependencies,
  lease: Lease,
  settled: Tally,
): readonly GuardedWrite<'lease_gone'>[] {
  const { leaseId, accountId, drawer, heldPico, dueAt, last } = lease;
  const { costPico, overrunPico, requests, priceVersions } = settled;
  const entry = {
    kind: 'lease' as const,
    heldPico,
    requests,
    priceVersions,
    at: isoTime(timing.clock()),
    transfers: chargeTransfers({ costPico, overrunPico }),
  };
  const balance = { heldPico: -heldPico, availablePico: heldPico - costPico, spentPico: costPico };
  return [
    {
      write: { table: WALLET, delete: leaseKey(leaseId, dueAt), when: compare('turn', '=', last.turn) },
      // The lease has ended, or its process has given it to another request.
      otherwise: () => 'lease_gone',
    },
    { write: putEntry(leaseEntryKey(accountId, drawer, leaseId), entry) },
    { write: changeBalance({ accountId, drawer }, balance, compare('heldPico', '>=', heldPico)) },
  ];
}

/** Ends a lease whose requests have all ended. Does nothing if the lease is gone. */
export function endLease(dependencies: WalletDependencies, { lease, settled }: IdleLease): Promise<void> {
  const writes = leaseEndWrites(dependencies, lease, settled);
  const token = newTransactionToken();
  return retryOrUnavailable(SETTLE_RETRY, dependencies.timing, async () => {
    await commit(dependencies.store, writes, token);
  });
}
