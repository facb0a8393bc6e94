import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { entryKey, holdKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { type GuardedWrite, commit } from '../../table/commit';
import { larger, lesser } from '../../money/pico';
import { absent, all, compare } from '../../table/condition';
import { RetryNeeded } from '../../table/retry';
import type { Update } from '../../table/table-store';
import { newTransactionToken } from '../../table/transaction-token';
import { putUsageRecord } from '../../usage/records/usage-records';
import { changeBalance, decodeBalance } from '../balance/balance';
import { recordShortfall, type Shortfall } from '../balance/may-roll';
import { emptyDrawers } from '../balance/drawers';
import type { WalletDependencies } from '../dependencies';
import { chargeTransfers, countedIn, putEntry } from '../ledger/entry';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';
import { InsufficientFunds, LedgerInconsistent } from '../wallet-errors';
import { decodeHold, type Hold, isAsKnown } from './hold';
import { BudgetShort, resizeInBudgets } from './budget-counters';
import { emptyPartsOf } from './budget-parts';
import { endCount } from './key-counters';
import { type Charge, chargeOf, type HoldEnd, shortfallOf } from './settlement';

/**
 * Ends a hold: one transaction deletes the hold, writes the entry and the usage record, and moves the money. A hold
 * whose amount has changed in the meantime ends at the amount that it then has.
 * @returns undefined when the request had already ended
 * @throws LedgerInconsistent
 */
export function endHold(dependencies: WalletDependencies, end: HoldEnd): Promise<Charge | undefined> {
  let attempt = endAttempt(dependencies, end);
  let [hasEmptiedDrawers, hasEmptiedParts] = [false, false];
  return retryOrUnavailable(SETTLE_RETRY, dependencies.timing, async () => {
    const refusals = await commit(dependencies.store, attempt.writes, attempt.token);
    if (refusals.length === 0) {
      const { isShort, isLoss } = attempt.shortfall;
      if (isShort || isLoss) dependencies.leaseBook.forgetActive(end.hold.accountId);
      return attempt.charge;
    }
    if (refusals.includes('ended_before')) return undefined;
    if (refusals.includes('ended_on_lease')) {
      await returnHold(dependencies, attempt.end.hold);
      return undefined;
    }
    const met = refusals.find((refusal) => refusal instanceof HoldChanged);
    if (met) {
      attempt = endAttempt(dependencies, { ...end, hold: met.hold });
      throw new RetryNeeded();
    }
    const shortages = refusals.filter(
      (refusal) => refusal instanceof InsufficientFunds || refusal instanceof BudgetShort,
    );
    if (shortages.length < refusals.length) throw new LedgerInconsistent();
    const budget = shortages.find((shortage) => shortage instanceof BudgetShort && shortage.budget.hasParts);
    if (budget instanceof BudgetShort && !hasEmptiedParts) {
      hasEmptiedParts = true;
      await emptyPartsOf(dependencies, budget.budget);
      throw new RetryNeeded();
    }
    const inDrawers = shortages.some((shortage) => shortage instanceof InsufficientFunds && shortage.hasDrawers);
    if (inDrawers && !hasEmptiedDrawers) {
      hasEmptiedDrawers = true;
      await emptyDrawers(dependencies, end.hold.accountId);
    } else {
      attempt = endAttempt(dependencies, attempt.end, shortages.map(leftOf).reduce(lesser));
    }
    throw new RetryNeeded();
  });
}

/** The hold is live, but the other items contradict it. No race can cause that, only a broken ledger. */
const INCONSISTENT = 'inconsistent';

/** The hold is live, but its amount is not the known one. */
class HoldChanged {
  readonly hold: Hold;
  constructor(hold: Hold) {
    this.hold = hold;
  }
}

/**
 * The reasons why a hold cannot end as planned.
 * - `ended_before`: the hold is gone.
 * - `ended_on_lease`: the hold is live, but a lease has ended its request. A request has both when an attempt to hold
 *   its money arrived late, after its caller had given up on that attempt and had taken a lease.
 * - `InsufficientFunds`, `BudgetShort`: the account cannot pay as much above the hold.
 */
type EndRefusal =
  'ended_before' | 'ended_on_lease' | typeof INCONSISTENT | HoldChanged | InsufficientFunds | BudgetShort;

const leftOf = (shortage: InsufficientFunds | BudgetShort): bigint =>
  shortage instanceof BudgetShort ? shortage.budget.leftPico : shortage.availablePico;

interface EndAttempt {
  readonly end: HoldEnd;
  readonly charge: Charge;
  readonly shortfall: Shortfall;
  /** Built once, because only identical writes may be sent again under the same token. */
  readonly writes: readonly GuardedWrite<EndRefusal>[];
  readonly token: string;
}

/** @param excessMax the most that the account can pay above the hold. @default not known yet */
function endAttempt(dependencies: WalletDependencies, end: HoldEnd, excessMax?: bigint): EndAttempt {
  const charge = chargeOf(end, excessMax);
  const shortfall = shortfallOf(end, charge);
  const writes = endWrites(dependencies, end, { charge, shortfall });
  return { end, charge, shortfall, writes, token: newTransactionToken() };
}

function endWrites(
  dependencies: WalletDependencies,
  { hold, kind, record: draft, shortOf }: HoldEnd,
  { charge, shortfall }: Pick<EndAttempt, 'charge' | 'shortfall'>,
): readonly GuardedWrite<EndRefusal>[] {
  const { accountId, requestId, heldPico, counting } = hold;
  const { costPico } = charge;
  const now = dependencies.timing.clock();
  const entry = {
    kind,
    requestId,
    // A charge above the hold takes the difference in the same transaction, as if the hold had grown first.
    heldPico: larger(heldPico, costPico),
    ...countedIn(counting),
    at: isoTime(now),
    priceVersion: draft.priceVersion,
    transfers: chargeTransfers(charge),
  };
  const record: UsageRecord = { ...draft, accountId, requestId, ...charge };
  const balance = moveHeld(hold, costPico);
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
    { ...balance, write: recordShortfall(balance.write, shortfall, now) },
    ...(counting
      ? endCount(counting, { heldPico, costPico, usage: draft.usage, now, isShort: shortOf === 'budget' })
      : []),
  ];
}

/** Returns the whole hold of a request that a lease has ended, also to its budgets: the lease counts the request. */
function returnHold(dependencies: WalletDependencies, hold: Hold): Promise<void> {
  const { counting, heldPico } = hold;
  const writes: readonly GuardedWrite<EndRefusal>[] = [
    deleteHold(hold),
    moveHeld(hold, 0n),
    ...(counting ? resizeInBudgets(counting, -heldPico) : []),
  ];
  const token = newTransactionToken();
  return retryOrUnavailable(SETTLE_RETRY, dependencies.timing, async () => {
    const [refusal] = await commit(dependencies.store, writes, token);
    if (refusal === INCONSISTENT) throw new LedgerInconsistent();
  });
}

type BalanceChange = GuardedWrite<EndRefusal> & { readonly write: Update };

/** A hold exists once, so it ends once. */
const deleteHold = (hold: Hold): GuardedWrite<EndRefusal> => ({
  write: { table: WALLET, delete: holdKey(hold.requestId, hold.deadline), when: isAsKnown(hold) },
  otherwise: (stored) => (stored === undefined ? 'ended_before' : new HoldChanged(decodeHold(stored))),
});

/**
 * The condition on `held` is a second line of defence: it never falls below zero, even if other code has a defect. The
 * one on `available` keeps a charge above the hold within what the account has.
 */
function moveHeld({ accountId, heldPico }: Hold, costPico: bigint): BalanceChange {
  const excessPico = costPico - heldPico;
  const isHeld = compare('heldPico', '>=', heldPico);
  return {
    write: changeBalance(
      { accountId },
      { heldPico: -heldPico, availablePico: -excessPico, spentPico: costPico },
      excessPico > 0n ? all(isHeld, compare('availablePico', '>=', excessPico)) : isHeld,
    ),
    otherwise: (stored) => {
      const balance = stored && decodeBalance(stored);
      return balance && balance.heldPico >= heldPico ? new InsufficientFunds(balance) : INCONSISTENT;
    },
  };
}
