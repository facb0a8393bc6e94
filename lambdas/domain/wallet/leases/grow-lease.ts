import { leaseKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { larger } from '../../money/pico';
import { type GuardedWrite, commit } from '../../table/commit';
import { all, compare } from '../../table/condition';
import { RetryNeeded } from '../../table/retry';
import type { Item } from '../../table/value';
import { newTransactionToken } from '../../table/transaction-token';
import { changeBalance, decodeBalance } from '../balance/balance';
import { emptyDrawers, refillDrawer } from '../balance/drawers';
import type { WalletDependencies } from '../dependencies';
import type { Extension, RollingHold } from '../holds/resize-hold';
import { RESERVE_RETRY, retryOrUnavailable } from '../retry';
import { HoldNotFound, InsufficientFunds, LedgerInconsistent } from '../wallet-errors';
import { decodeLease, type Lease, restOf } from './lease';

/** A rolling hold whose money a lease holds. */
export type LeasedHold = RollingHold & { readonly leaseTurn: string };

/**
 * Adds money to the lease of a running request, for that request. The money comes from the lease's drawer, which is
 * filled if the main balance is ample, and otherwise from the main balance. If both have less than wanted, the lease gets
 * the rest, unless that is too little to be of use. A lease never shrinks, so a growth that arrived late can stay as it
 * is: no other attempt that knows of it can take it back.
 * @param hold of a request that this process runs on a lease
 * @returns the hold as it is now
 * @throws InsufficientFunds: the last attempt has changed nothing. One without a reply may still arrive, which then stays
 * @throws HoldNotFound when the request has ended or the lease is gone
 */
export async function growLease(
  dependencies: WalletDependencies,
  hold: LeasedHold,
  { wantedPico, leastPico }: Extension,
): Promise<RollingHold> {
  const { leaseBook, store, timing } = dependencies;
  const lease = leaseBook.inUse(hold.requestId, hold.leaseTurn);
  if (!lease) throw new HoldNotFound();
  const [wantedHeldPico, leastHeldPico] = [hold.heldPico + wantedPico, hold.heldPico + leastPico];
  const done = ({ last: { heldPico } }: Lease): RollingHold => ({ ...hold, heldPico });
  // The caller may have missed an earlier growth, which still has to be there.
  let attempt = growthAttempt(lease, larger(wantedHeldPico, lease.last.heldPico), { fromMain: false });
  let hasEmptiedDrawers = false;
  return retryOrUnavailable(RESERVE_RETRY, timing, async () => {
    const [refusal] = await commit(store, attempt.writes, attempt.token);
    if (refusal === undefined) {
      leaseBook.grow(attempt.grown);
      return done(attempt.grown);
    }
    if (refusal instanceof GrownBefore) {
      leaseBook.grow(refusal.lease);
      if (refusal.lease.last.heldPico >= leastHeldPico) return done(refusal.lease);
      attempt = growthAttempt(refusal.lease, wantedHeldPico, attempt);
      throw new RetryNeeded();
    }
    if (!(refusal instanceof InsufficientFunds)) throw refusal;
    const { known, fromMain } = attempt;
    if (!fromMain) {
      const isRefilled = await refillDrawer(dependencies, known, attempt.addedPico);
      if (!isRefilled) attempt = growthAttempt(known, wantedHeldPico, { fromMain: true });
    } else if (refusal.hasDrawers && !hasEmptiedDrawers) {
      hasEmptiedDrawers = true;
      await emptyDrawers(dependencies, hold.accountId);
    } else {
      const affordedHeldPico = restOf(known) + refusal.availablePico;
      if (affordedHeldPico < leastHeldPico) throw refusal;
      attempt = growthAttempt(known, affordedHeldPico, attempt);
    }
    throw new RetryNeeded();
  });
}

/** An earlier attempt to grow the lease was committed, without its caller's knowledge. */
class GrownBefore {
  readonly lease: Lease;
  constructor(lease: Lease) {
    this.lease = lease;
  }
}

type GrowthRefusal = GrownBefore | HoldNotFound | InsufficientFunds | LedgerInconsistent;

/** The part of the account's balance that pays for a growth. */
interface Source {
  /** Whether it is the main balance, and not the drawer of the lease. */
  readonly fromMain: boolean;
}

interface GrowthAttempt extends Source {
  /** The lease that it changes. */
  readonly known: Lease;
  readonly grown: Lease;
  readonly addedPico: bigint;
  readonly writes: readonly GuardedWrite<GrowthRefusal>[];
  readonly token: string;
}

/** @param wantedHeldPico the amount that the lease should have for its request */
function growthAttempt(known: Lease, wantedHeldPico: bigint, { fromMain }: Source): GrowthAttempt {
  const { leaseId, accountId, drawer, dueAt, last } = known;
  // An earlier request may have left a growth that it did not learn of.
  const addedPico = larger(0n, wantedHeldPico - restOf(known));
  const heldPico = known.heldPico + addedPico;
  const grown = { ...known, heldPico, last: { ...last, heldPico: wantedHeldPico } };
  const isCovered = compare('availablePico', '>=', addedPico);
  const fromDrawer = { availablePico: -addedPico, heldPico: addedPico };
  const otherwise = (item: Item | undefined) => item && new InsufficientFunds(decodeBalance(item));
  const writes: readonly GuardedWrite<GrowthRefusal>[] = [
    {
      write: {
        table: WALLET,
        update: leaseKey(leaseId, dueAt),
        change: { set: { heldPico, requestHeldPico: wantedHeldPico } },
        when: isOnTurn(known),
      },
      otherwise: (stored) => (stored === undefined ? new HoldNotFound() : growthOf(decodeLease(stored), known)),
    },
    ...(fromMain
      ? [
          { write: changeBalance({ accountId }, { availablePico: -addedPico }, isCovered), otherwise },
          { write: changeBalance({ accountId, drawer }, { heldPico: addedPico }) },
        ]
      : [{ write: changeBalance({ accountId, drawer }, fromDrawer, isCovered), otherwise }]),
  ];
  return { known, grown, addedPico, fromMain, writes, token: newTransactionToken() };
}

/** The lease serves the same request as known, and has the known amounts. */
const isOnTurn = ({ heldPico, last }: Lease) =>
  all(
    compare('turn', '=', last.turn),
    compare('heldPico', '=', heldPico),
    compare('requestHeldPico', '=', last.heldPico),
  );

/** Within a turn, amounts only grow, so no race can lead to smaller ones, only a broken ledger. */
function growthOf(stored: Lease, known: Lease): GrownBefore | HoldNotFound | LedgerInconsistent {
  if (stored.last.turn !== known.last.turn) return new HoldNotFound();
  const isLater = stored.heldPico >= known.heldPico && stored.last.heldPico >= known.last.heldPico;
  return isLater ? new GrownBefore(stored) : new LedgerInconsistent();
}
