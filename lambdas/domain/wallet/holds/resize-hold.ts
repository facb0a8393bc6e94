import { holdKey } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import { type GuardedWrite, commit } from '../../table/commit';
import { absent, all, compare } from '../../table/condition';
import { RetryNeeded } from '../../table/retry';
import { newTransactionToken } from '../../table/transaction-token';
import { changeBalance } from '../balance/balance';
import { emptyDrawers } from '../balance/drawers';
import type { WalletDependencies } from '../dependencies';
import { RESERVE_RETRY, retryOrUnavailable } from '../retry';
import {
  HoldNotFound,
  InsufficientFunds,
  KeyLimitReached,
  LedgerInconsistent,
  type WalletNotFound,
  WalletSuspended,
} from '../wallet-errors';
import { decodeHold, type Hold, isAsKnown, type Rolling } from './hold';
import { BudgetShort, countResize } from './key-counters';
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
 * the rest, unless that is too little to be of use. Only one change of a hold may be in flight.
 * @returns the hold as it is now
 * @throws InsufficientFunds, KeyLimitReached, WalletSuspended, WalletNotFound: the hold is as before
 * @throws HoldNotFound when the request has ended or its hold has expired
 */
export async function extendHold(
  dependencies: WalletDependencies,
  hold: RollingHold,
  { wantedPico, leastPico }: Extension,
): Promise<RollingHold> {
  let attempt = resizeAttempt(hold, wantedPico);
  let hasEmptiedDrawers = false;
  return retryOrUnavailable(RESERVE_RETRY, dependencies.timing, async () => {
    const refusals = await commit(dependencies.store, attempt.writes, attempt.token);
    const refusal = refusals.find((other) => !isShortage(other)) ?? refusals[0];
    if (refusal === undefined || refusal === 'resized_before') return attempt.resized;
    if (!isShortage(refusal)) throw refusal;
    if (refusals.some((each) => each instanceof InsufficientFunds && each.hasDrawers) && !hasEmptiedDrawers) {
      hasEmptiedDrawers = true;
      await emptyDrawers(dependencies, hold.accountId);
      throw new RetryNeeded();
    }
    const shortest = refusals.filter(isShortage).reduce(shorter);
    if (leftOf(shortest) < leastPico) throw errorOf(shortest);
    attempt = resizeAttempt(hold, leftOf(shortest));
    throw new RetryNeeded();
  });
}

/**
 * Returns a part of a hold to `available` while its request runs.
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
  const { writes, token, resized } = resizeAttempt(hold, -returnedPico);
  return retryOrUnavailable(RESERVE_RETRY, dependencies.timing, async () => {
    const [refusal] = await commit(dependencies.store, writes, token);
    if (refusal === undefined || refusal === 'resized_before') return resized;
    throw isShortage(refusal) ? new LedgerInconsistent() : refusal;
  });
}

type Shortage = InsufficientFunds | BudgetShort;
type ResizeRefusal = 'resized_before' | HoldNotFound | LedgerInconsistent | WalletNotFound | WalletSuspended | Shortage;

const isShortage = (refusal: ResizeRefusal): refusal is Shortage =>
  refusal instanceof InsufficientFunds || refusal instanceof BudgetShort;

const leftOf = (shortage: Shortage): bigint =>
  shortage instanceof BudgetShort ? shortage.leftPico : shortage.availablePico;

const shorter = (one: Shortage, other: Shortage): Shortage => (leftOf(other) < leftOf(one) ? other : one);

const errorOf = (shortage: Shortage): InsufficientFunds | KeyLimitReached =>
  shortage instanceof BudgetShort ? new KeyLimitReached({ kind: 'budget', leftPico: shortage.leftPico }) : shortage;

interface ResizeAttempt {
  readonly resized: RollingHold;
  readonly writes: readonly GuardedWrite<ResizeRefusal>[];
  readonly token: string;
}

/** @param addedPico negative to return money */
function resizeAttempt(hold: RollingHold, addedPico: bigint): ResizeAttempt {
  const { accountId, requestId, deadline, heldPico, rolling, counting } = hold;
  const slice = rolling.slice + 1n;
  const resized = { ...hold, heldPico: heldPico + addedPico, rolling: { ...rolling, slice } };
  const isCovered = all(compare('availablePico', '>=', addedPico), absent('suspendedAt'));
  const isHeld = compare('heldPico', '>=', -addedPico);
  const writes: readonly GuardedWrite<ResizeRefusal>[] = [
    {
      write: {
        table: WALLET,
        update: holdKey(requestId, deadline),
        change: { add: { heldPico: addedPico }, set: { slice } },
        when: isAsKnown(hold),
      },
      otherwise: (stored) => {
        if (stored === undefined) return new HoldNotFound();
        const { heldPico: storedPico, rolling: state } = decodeHold(stored);
        // An earlier attempt was committed and its reply lost. No other change is in flight.
        const isDone = state?.slice === slice && storedPico === resized.heldPico;
        return isDone ? 'resized_before' : new LedgerInconsistent();
      },
    },
    {
      write: changeBalance(
        { accountId },
        { availablePico: -addedPico, heldPico: addedPico },
        addedPico > 0n ? isCovered : isHeld,
      ),
      otherwise: balanceRefusal,
    },
    ...(counting ? countResize(counting, addedPico) : []),
  ];
  return { resized, writes, token: newTransactionToken() };
}
