import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { leaseEntryKey, leaseKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { type GuardedWrite, commit } from '../../table/commit';
import { all, compare } from '../../table/condition';
import { RetryNeeded } from '../../table/retry';
import { newTransactionToken } from '../../table/transaction-token';
import { changeBalance } from '../balance/balance';
import type { WalletDependencies } from '../dependencies';
import { returnToPart } from '../holds/budget-parts';
import { chargeTransfers, putEntry } from '../ledger/entry';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';
import { decodeLease, type Lease, type Tally } from './lease';
import type { IdleLease } from './lease-book';

/** The lease is live and on the known turn, but an extension for its request has arrived late and made it larger. */
export class LeaseGrown {
  readonly lease: Lease;
  constructor(lease: Lease) {
    this.lease = lease;
  }
}

/**
 * The writes that end a lease: they book its charges in one entry and return the rest to its drawer, and to the part of
 * the account's budget beside it. The condition names
 * the amount of the lease, because an extension that is still on its way would otherwise never leave `held`.
 */
export function leaseEndWrites(
  { timing }: WalletDependencies,
  lease: Lease,
  settled: Tally,
): readonly GuardedWrite<'lease_gone' | LeaseGrown>[] {
  const { leaseId, accountId, drawer, heldPico, dueAt, last, budget } = lease;
  const { costPico, overrunPico, requests, priceVersions } = settled;
  const entry = {
    kind: 'lease' as const,
    heldPico,
    requests,
    priceVersions,
    ...(budget && { budgets: [{ budgetId: budget.budgetId, window: budget.window }] }),
    at: isoTime(timing.clock()),
    transfers: chargeTransfers({ costPico, overrunPico }),
  };
  const balance = { heldPico: -heldPico, availablePico: heldPico - costPico, spentPico: costPico };
  return [
    {
      write: {
        table: WALLET,
        delete: leaseKey(leaseId, dueAt),
        when: all(compare('turn', '=', last.turn), compare('heldPico', '=', heldPico)),
      },
      otherwise: (stored) => {
        const current = stored && decodeLease(stored);
        // The lease has ended, or its process has given it to another request.
        return current?.last.turn === last.turn ? new LeaseGrown(current) : 'lease_gone';
      },
    },
    { write: putEntry(leaseEntryKey(accountId, drawer, leaseId), entry) },
    { write: changeBalance({ accountId, drawer }, balance, compare('heldPico', '>=', heldPico)) },
    ...(budget ? [{ write: returnToPart(budget, drawer, { heldPico, costPico }) }] : []),
  ];
}

/** Ends a lease whose requests have all ended. Does nothing if the lease is gone. */
export function endLease(dependencies: WalletDependencies, { lease, settled }: IdleLease): Promise<void> {
  const attemptOf = (known: Lease) => ({
    writes: leaseEndWrites(dependencies, known, settled),
    token: newTransactionToken(),
  });
  let attempt = attemptOf(lease);
  return retryOrUnavailable(SETTLE_RETRY, dependencies.timing, async () => {
    const [refusal] = await commit(dependencies.store, attempt.writes, attempt.token);
    // Stryker disable next-line ConditionalExpression: an error is like the end, because nobody waits for either.
    if (!(refusal instanceof LeaseGrown)) return;
    attempt = attemptOf(refusal.lease);
    throw new RetryNeeded();
  });
}
