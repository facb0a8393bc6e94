import { leaseKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { larger, lesser } from '../../money/pico';
import { type GuardedWrite, commit } from '../../table/commit';
import { all, compare } from '../../table/condition';
import { RetryNeeded } from '../../table/retry';
import type { Item } from '../../table/value';
import { newTransactionToken } from '../../table/transaction-token';
import { changeBalance, decodeBalance } from '../balance/balance';
import { emptyDrawers, refillDrawer } from '../balance/drawers';
import type { WalletDependencies } from '../dependencies';
import { BudgetShort, countForLease } from '../holds/budget-counters';
import { emptyParts, growFromPart, holdInPart, PartShort, refillPart } from '../holds/budget-parts';
import type { Extension, RollingHold } from '../holds/resize-hold';
import { RESERVE_RETRY, retryOrUnavailable } from '../retry';
import { HoldNotFound, InsufficientFunds, KeyLimitReached, LedgerInconsistent } from '../wallet-errors';
import { decodeLease, type Lease, restOf } from './lease';

/** A rolling hold whose money a lease holds. */
export type LeasedHold = RollingHold & { readonly leaseTurn: string };

/**
 * Adds money to the lease of a running request, for that request. The money comes from the lease's drawer, which is
 * filled if the main balance is ample, and otherwise from the main balance. It counts in the account's budget in the same
 * way. If there is less than wanted, the lease gets the rest, unless that is too little to be of use. A lease never shrinks, so a growth that arrived late can stay as it
 * is: no other attempt that knows of it can take it back.
 * @param hold of a request that this process runs on a lease
 * @returns the hold as it is now
 * @throws InsufficientFunds, KeyLimitReached: the last attempt has changed nothing. One without a reply may still arrive, which then stays
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
  let attempt = growthAttempt(lease, larger(wantedHeldPico, lease.last.heldPico), FROM_PARTS);
  const emptied = new Set<keyof Sources>();
  return retryOrUnavailable(RESERVE_RETRY, timing, async () => {
    const refusals = await commit(store, attempt.writes, attempt.token);
    const [refusal] = refusals;
    if (refusal === undefined) {
      leaseBook.grow(attempt.grown);
      return done(attempt.grown);
    }
    if (refusal instanceof GrownBefore) {
      leaseBook.grow(refusal.lease);
      if (refusal.lease.last.heldPico >= leastHeldPico) return done(refusal.lease);
      attempt = growthAttempt(refusal.lease, wantedHeldPico, attempt.sources);
      throw new RetryNeeded();
    }
    const shortages = refusals.filter(isShortage);
    if (!isShortage(refusal)) throw refusal;
    const { known } = attempt;
    let next = { heldPico: attempt.grown.last.heldPico, sources: attempt.sources };
    for (const shortage of shortages) {
      const left = await makeUpFor(dependencies, attempt, shortage, emptied);
      if (left === 'from main') next = { ...next, sources: { ...next.sources, [sourceOf(shortage)]: 'main' } };
      if (left === 'filled' || left === 'from main') continue;
      if (restOf(known) + left < leastHeldPico) throw errorOf(shortage);
      next = { ...next, heldPico: lesser(next.heldPico, restOf(known) + left) };
    }
    attempt = growthAttempt(known, next.heldPico, next.sources);
    throw new RetryNeeded();
  });
}

/** Where the money of a growth comes from, and in which counter of the account's budget it counts. */
interface Sources {
  readonly money: 'drawer' | 'main';
  readonly budget: 'part' | 'main';
}
const FROM_PARTS: Sources = { money: 'drawer', budget: 'part' };

type Shortage = InsufficientFunds | BudgetShort | PartShort;

const isShortage = (refusal: GrowthRefusal): refusal is Shortage =>
  refusal instanceof InsufficientFunds || refusal instanceof BudgetShort || refusal instanceof PartShort;

const sourceOf = (shortage: Shortage): keyof Sources => (shortage instanceof InsufficientFunds ? 'money' : 'budget');

const errorOf = (shortage: Shortage): Error =>
  shortage instanceof BudgetShort ? new KeyLimitReached({ kind: 'budget', ...shortage.budget }) : (shortage as Error);

/**
 * Fills a drawer or a part that is short. If that is not possible, the growth comes from the main balance or the budget's
 * counter, into which the drawers or parts are emptied once.
 * @returns how much is left, in pico-dollars, if there is nothing more to fill or to empty
 */
async function makeUpFor(
  dependencies: WalletDependencies,
  { known, addedPico, sources }: GrowthAttempt,
  shortage: Shortage,
  emptied: Set<keyof Sources>,
): Promise<'filled' | 'from main' | bigint> {
  const { accountId, drawer, budget } = known;
  if (shortage instanceof InsufficientFunds) {
    if (sources.money === 'drawer')
      return (await refillDrawer(dependencies, known, addedPico)) ? 'filled' : 'from main';
    if (!shortage.hasDrawers || emptied.has('money')) return shortage.availablePico;
    emptied.add('money');
    await emptyDrawers(dependencies, accountId);
    return 'filled';
  }
  if (budget === undefined) throw new LedgerInconsistent();
  if (shortage instanceof PartShort)
    return (await refillPart(dependencies, budget, drawer, addedPico)) ? 'filled' : 'from main';
  if (!shortage.budget.hasParts || emptied.has('budget')) return shortage.budget.leftPico;
  emptied.add('budget');
  await emptyParts(dependencies, budget);
  return 'filled';
}

/** An earlier attempt to grow the lease was committed, without its caller's knowledge. */
class GrownBefore {
  readonly lease: Lease;
  constructor(lease: Lease) {
    this.lease = lease;
  }
}

type GrowthRefusal = GrownBefore | HoldNotFound | LedgerInconsistent | Shortage;

interface GrowthAttempt {
  readonly sources: Sources;
  /** The lease that it changes. */
  readonly known: Lease;
  readonly grown: Lease;
  readonly addedPico: bigint;
  readonly writes: readonly GuardedWrite<GrowthRefusal>[];
  readonly token: string;
}

/** @param wantedHeldPico the amount that the lease should have for its request */
function growthAttempt(known: Lease, wantedHeldPico: bigint, sources: Sources): GrowthAttempt {
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
    ...(sources.money === 'main'
      ? [
          { write: changeBalance({ accountId }, { availablePico: -addedPico }, isCovered), otherwise },
          { write: changeBalance({ accountId, drawer }, { heldPico: addedPico }) },
        ]
      : [{ write: changeBalance({ accountId, drawer }, fromDrawer, isCovered), otherwise }]),
    ...budgetWrites(known, addedPico, sources),
  ];
  return { known, grown, addedPico, sources, writes, token: newTransactionToken() };
}

function budgetWrites(
  { budget, drawer }: Lease,
  addedPico: bigint,
  sources: Sources,
): readonly GuardedWrite<BudgetShort | PartShort>[] {
  if (budget === undefined || addedPico === 0n) return [];
  if (sources.budget === 'part') return [growFromPart(budget, drawer, addedPico)];
  return [countForLease(budget, addedPico), { write: holdInPart(budget, drawer, addedPico) }];
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
