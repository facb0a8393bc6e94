import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { lateEntryKey } from '../../../contracts/storage/table-keys/wallet';
import { larger, lesser } from '../../money/pico';
import { type GuardedWrite, commit } from '../../table/commit';
import { absent, any, compare } from '../../table/condition';
import { RetryNeeded } from '../../table/retry';
import { newTransactionToken } from '../../table/transaction-token';
import { putUsageRecord } from '../../usage/records/usage-records';
import type { Balance } from '../balance/balance';
import { changeBalance, readPart } from '../balance/balance';
import { emptyDrawers } from '../balance/drawers';
import type { WalletDependencies } from '../dependencies';
import { chargeTransfers, countedIn, decodeEntry, type Entry, putEntry } from '../ledger/entry';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';
import { WalletNotFound } from '../wallet-errors';
import { countLate, readBudget } from './budget-counters';
import { emptyPartsIn } from './budget-parts';
import { chargeOf, type Settled, settledBefore, type Settlement } from './settlement';

interface Adjustment {
  readonly settled: Settled;
  readonly writes: readonly GuardedWrite<Entry | 'spent_meanwhile'>[];
  readonly token: string;
}

/**
 * Settles a request whose hold has expired. The money went back to `available` and may have been spent since, so the
 * charge is limited to what is left there and in the key's budget, and to what `chargeOf` allows. The rest is the
 * operator's loss. It is not the account's: its worst case would have expired and been spent as well. Nor is a cut noted
 * here, because it was at least a minute before the expiry. So the next holds may roll.
 * @throws HoldAlreadySettled, WalletNotFound
 */
export async function adjustExpired(dependencies: WalletDependencies, settlement: Settlement): Promise<Settled> {
  let adjustment: Adjustment | undefined;
  return retryOrUnavailable(SETTLE_RETRY, dependencies.timing, async () => {
    adjustment ??= adjustmentOf(settlement, await affordedPico(dependencies, settlement), dependencies);
    const [refusal] = await commit(dependencies.store, adjustment.writes, adjustment.token);
    if (refusal === undefined) return adjustment.settled;
    if (refusal !== 'spent_meanwhile') return settledBefore(settlement, refusal);
    // Another request took the money or the budget, so recompute the charge from what is left.
    adjustment = undefined;
    throw new RetryNeeded();
  });
}

/** The most that the wallet and the key's budget can still pay, in pico-dollars. */
async function affordedPico(dependencies: WalletDependencies, settlement: Settlement): Promise<bigint> {
  const { counting } = settlement.hold;
  const { availablePico } = await mainBalance(dependencies, settlement);
  // A charge counts at a budget's counter, so the rest of its parts has to be there.
  if (counting) await emptyPartsIn(dependencies, counting);
  const budget = counting && (await readBudget(dependencies.store, counting));
  return lesser(budget?.leftPico ?? availablePico, availablePico);
}

/** The main balance. If it does not cover the cost, the account's drawers are emptied into it first. */
async function mainBalance(dependencies: WalletDependencies, { hold, costPico }: Settlement): Promise<Balance> {
  const { accountId } = hold;
  let balance = await readPart(dependencies.store, { accountId });
  if (balance?.hasDrawers && balance.availablePico < costPico) {
    await emptyDrawers(dependencies, accountId);
    balance = await readPart(dependencies.store, { accountId });
  }
  if (!balance) throw new WalletNotFound();
  return balance;
}

function adjustmentOf(settlement: Settlement, affordedPico: bigint, dependencies: WalletDependencies): Adjustment {
  const { hold, record: draft } = settlement;
  const { accountId, requestId, heldPico, counting } = hold;
  const costPico = lesser(chargeOf(settlement).costPico, affordedPico);
  const overrunPico = settlement.costPico - costPico;
  const entry = {
    kind: 'adjustment' as const,
    requestId,
    heldPico: larger(heldPico, costPico),
    ...countedIn(counting),
    at: isoTime(dependencies.timing.clock()),
    priceVersion: draft.priceVersion,
    transfers: chargeTransfers({ costPico, overrunPico }),
  };
  const record = { ...draft, accountId, requestId, costPico, overrunPico };
  // The true record replaces the one that says `expired`, which may already be gone if its retention is over.
  const isExpiry = any(absent(), compare('status', '=', 'expired'));
  const isCovered = compare('availablePico', '>=', costPico);
  const otherwise = () => 'spent_meanwhile' as const;
  return {
    settled: { outcome: 'adjusted', costPico, overrunPico },
    writes: [
      {
        write: putEntry(lateEntryKey(accountId, requestId), entry),
        otherwise: (recorded) => recorded && decodeEntry(recorded),
      },
      { write: changeBalance({ accountId }, { availablePico: -costPico, spentPico: costPico }, isCovered), otherwise },
      { write: putUsageRecord(record, dependencies.usageRetentionDays, isExpiry) },
      ...(counting ? countLate(counting, costPico) : []).map((write) => ({ write, otherwise })),
    ],
    token: newTransactionToken(),
  };
}
