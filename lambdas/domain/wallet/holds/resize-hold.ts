import { holdKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { lesser } from '../../money/pico';
import { type GuardedWrite, commit } from '../../table/commit';
import { all, compare } from '../../table/condition';
import { RetryNeeded } from '../../table/retry';
import { newTransactionToken } from '../../table/transaction-token';
import { ACCEPTS_HOLDS, changeBalance } from '../balance/balance';
import { emptyDrawers } from '../balance/drawers';
import type { WalletDependencies } from '../dependencies';
import { RESERVE_RETRY, retryOrUnavailable } from '../retry';
import type { WalletInDebt, WalletSuspended } from '../wallet-errors';
import {
  HoldNotFound,
  InsufficientFunds,
  KeyLimitReached,
  LedgerInconsistent,
  type WalletNotFound,
} from '../wallet-errors';
import { decodeHold, type Hold, isAsKnown, type Rolling } from './hold';
import { BudgetShort, resizeInBudgets } from './budget-counters';
import { emptyPartsOf } from './budget-parts';
import { balanceRefusal } from './reserve-hold';

/** A hold whose amount follows its request. */
export type RollingHold = Hold & { readonly rolling: Rolling };

/** How much more money a running request needs, in pico-dollars. */
export interface Extension {
  readonly wantedPico: bigint;
  /** Less than this is of no use to the request. At least 1. */
  readonly leastPico: bigint;
}

/**
 * Adds money to the hold of a running request. If the account or the key's budget has less than wanted, the hold gets
 * the rest, unless that is too little to be of use. A request changes its hold once at a time. A change that its caller
 * does not know of is therefore an earlier attempt that arrived late, and counts towards what is wanted. It is confirmed
 * by a change of its own, because other attempts that know of it may still arrive, and could shrink the hold.
 * @returns the hold as it is now
 * @throws InsufficientFunds, KeyLimitReached, WalletSuspended, WalletInDebt, WalletNotFound: the last attempt has changed
 * nothing. One without a reply may still arrive, and counts towards the next change
 * @throws HoldNotFound when the request has ended or its hold has expired
 */
export async function extendHold(
  dependencies: WalletDependencies,
  hold: RollingHold,
  { wantedPico, leastPico }: Extension,
): Promise<RollingHold> {
  const [wantedHeldPico, leastHeldPico] = [hold.heldPico + wantedPico, hold.heldPico + leastPico];
  let attempt = resizeAttempt(hold, wantedHeldPico);
  let [hasEmptiedDrawers, hasEmptiedParts] = [false, false];
  return retryOrUnavailable(RESERVE_RETRY, dependencies.timing, async () => {
    const refusals = await commit(dependencies.store, attempt.writes, attempt.token);
    const [refusal] = refusals;
    if (refusal === undefined) return attempt.resized;
    if (refusal instanceof ResizedBefore) {
      const { heldPico } = refusal.hold;
      attempt = resizeAttempt(refusal.hold, heldPico < leastHeldPico ? wantedHeldPico : heldPico);
      throw new RetryNeeded();
    }
    if (!isShortage(refusal)) throw refusal;
    // Stryker disable next-line MethodExpression: the refusals behind the first one are shortages, too.
    const shortages = refusals.filter(isShortage);
    if (!hasEmptiedDrawers && shortages.some((each) => each instanceof InsufficientFunds && each.hasDrawers)) {
      hasEmptiedDrawers = true;
      await emptyDrawers(dependencies, hold.accountId);
      throw new RetryNeeded();
    }
    const withParts = hasEmptiedParts
      ? undefined
      : shortages.find((each) => each instanceof BudgetShort && each.budget.hasParts);
    if (withParts instanceof BudgetShort) {
      hasEmptiedParts = true;
      await emptyPartsOf(dependencies, withParts.budget);
      throw new RetryNeeded();
    }
    const shortest = shortages.reduce(shorter);
    const affordedHeldPico = attempt.known.heldPico + leftOf(shortest);
    if (affordedHeldPico < leastHeldPico) throw errorOf(shortest);
    attempt = resizeAttempt(attempt.known, affordedHeldPico);
    throw new RetryNeeded();
  });
}

/**
 * Returns a part of a hold to `available` while its request runs. After WalletUnavailable the change may still arrive,
 * so the caller must count on the smaller amount until its next change succeeds.
 * @param returnedPico at most what is held
 * @returns the hold as it is now
 * @throws HoldNotFound when the request has ended or its hold has expired
 */
export async function shrinkHold(
  dependencies: WalletDependencies,
  hold: RollingHold,
  returnedPico: bigint,
): Promise<RollingHold> {
  if (returnedPico <= 0n || returnedPico > hold.heldPico) throw new RangeError('a hold cannot shrink by this amount');
  const wantedHeldPico = hold.heldPico - returnedPico;
  let attempt = resizeAttempt(hold, wantedHeldPico);
  return retryOrUnavailable(RESERVE_RETRY, dependencies.timing, async () => {
    const [refusal] = await commit(dependencies.store, attempt.writes, attempt.token);
    if (refusal === undefined) return attempt.resized;
    if (!(refusal instanceof ResizedBefore)) throw isShortage(refusal) ? new LedgerInconsistent() : refusal;
    attempt = resizeAttempt(refusal.hold, lesser(refusal.hold.heldPico, wantedHeldPico));
    throw new RetryNeeded();
  });
}

/** An earlier attempt to change the hold was committed, without its caller's knowledge. */
class ResizedBefore {
  readonly hold: RollingHold;
  constructor(hold: RollingHold) {
    this.hold = hold;
  }
}

type Shortage = InsufficientFunds | BudgetShort;
type ResizeRefusal =
  ResizedBefore | HoldNotFound | LedgerInconsistent | WalletNotFound | WalletSuspended | WalletInDebt | Shortage;

const isShortage = (refusal: ResizeRefusal): refusal is Shortage =>
  refusal instanceof InsufficientFunds || refusal instanceof BudgetShort;

const leftOf = (shortage: Shortage): bigint =>
  shortage instanceof BudgetShort ? shortage.budget.leftPico : shortage.availablePico;

const shorter = (one: Shortage, other: Shortage): Shortage => (leftOf(other) < leftOf(one) ? other : one);

const errorOf = (shortage: Shortage): InsufficientFunds | KeyLimitReached =>
  shortage instanceof BudgetShort ? new KeyLimitReached({ kind: 'budget', ...shortage.budget }) : shortage;

interface ResizeAttempt {
  /** The hold that it changes. */
  readonly known: RollingHold;
  readonly resized: RollingHold;
  readonly writes: readonly GuardedWrite<ResizeRefusal>[];
  readonly token: string;
}

/** @param wantedHeldPico the amount that the hold should have; less than it has to return money */
function resizeAttempt(known: RollingHold, wantedHeldPico: bigint): ResizeAttempt {
  const { accountId, requestId, deadline, rolling, counting } = known;
  const addedPico = wantedHeldPico - known.heldPico;
  const slice = rolling.slice + 1n;
  const resized = { ...known, heldPico: wantedHeldPico, rolling: { ...rolling, slice } };
  const isCovered = all(compare('availablePico', '>=', addedPico), ACCEPTS_HOLDS);
  const isHeld = compare('heldPico', '>=', -addedPico);
  const writes: readonly GuardedWrite<ResizeRefusal>[] = [
    {
      write: {
        table: WALLET,
        update: holdKey(requestId, deadline),
        change: { add: { heldPico: addedPico }, set: { slice } },
        when: isAsKnown(known),
      },
      otherwise: (stored) => (stored === undefined ? new HoldNotFound() : changeOf(decodeHold(stored), known)),
    },
    {
      write: changeBalance(
        { accountId },
        { availablePico: -addedPico, heldPico: addedPico },
        addedPico > 0n ? isCovered : isHeld,
      ),
      otherwise: balanceRefusal,
    },
    ...(counting ? resizeInBudgets(counting, addedPico) : []),
  ];
  return { known, resized, writes, token: newTransactionToken() };
}

/** Slices only count up, so no race can lead to another amount of the known slice, only a broken ledger. */
function changeOf(stored: Hold, known: RollingHold): ResizedBefore | LedgerInconsistent {
  const { rolling } = stored;
  const isLater = rolling !== undefined && rolling.slice > known.rolling.slice;
  return isLater ? new ResizedBefore({ ...stored, rolling }) : new LedgerInconsistent();
}
