import { isoTime, lateEntryKey } from '../../../contracts/storage/table-keys';
import { lesser } from '../../money/pico';
import { type GuardedWrite, tryCommit } from '../../table/commit';
import { absent, any, compare } from '../../table/condition';
import { RetryNeeded } from '../../table/retry';
import { putUsageRecord } from '../../usage/records/usage-records';
import type { Balance } from '../balance/balance';
import { changeBalance, readPlace } from '../balance/balance';
import { emptyDrawers } from '../balance/drawers';
import { chargeTransfers, countedIn, decodeEntry, type Entry, putEntry } from '../ledger/entry';
import { budgetLeft, countLate } from './key-counters';
import type { Ledger } from '../ledger/ledger';
import { callToken } from '../ledger/ledger';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';
import type { Ending, Settlement } from './settlement';
import { recordedSettlement } from './settlement';
import { WalletNotFound } from '../wallet-errors';

interface Adjustment {
  readonly settlement: Settlement;
  readonly writes: readonly GuardedWrite<Entry | 'spent_meanwhile'>[];
  readonly token: string;
}

/**
 * A settle that came after its hold had expired. The money went back to `available`, where it may be spent by
 * now: what is left there, and in the key's budget, is charged, up to what the hold held. The rest is the operator's loss.
 */
export async function adjustExpired(ledger: Ledger, ending: Ending): Promise<Settlement> {
  let adjustment: Adjustment | undefined;
  return retryOrUnavailable(SETTLE_RETRY, ledger.timing, async () => {
    adjustment ??= adjustmentTo(await affordedPico(ledger, ending), ledger, ending);
    const [refusal] = await tryCommit(ledger.store, adjustment.writes, adjustment.token);
    if (refusal === undefined) return adjustment.settlement;
    if (refusal !== 'spent_meanwhile') return recordedSettlement(ending, refusal);
    // Another request took the money, or the budget, in between, so the charge is made again from what is left.
    adjustment = undefined;
    throw new RetryNeeded();
  });
}

/** What is there to be charged: in the wallet, and in the budget of the key. */
async function affordedPico(ledger: Ledger, ending: Ending): Promise<bigint> {
  const { counting } = ending.hold;
  const { availablePico } = await mainBalance(ledger, ending);
  const leftPico = counting && (await budgetLeft(ledger.store, counting));
  return leftPico === undefined ? availablePico : lesser(leftPico, availablePico);
}

/** With what lies in the account's drawers, where it is needed. */
async function mainBalance(ledger: Ledger, { hold, costPico }: Ending): Promise<Balance> {
  const { accountId } = hold;
  let balance = await readPlace(ledger.store, { accountId });
  if (balance?.hasDrawers && balance.availablePico < costPico) {
    await emptyDrawers(ledger, accountId);
    balance = await readPlace(ledger.store, { accountId });
  }
  if (!balance) throw new WalletNotFound();
  return balance;
}

function adjustmentTo(affordedPico: bigint, ledger: Ledger, { hold, record, ...ending }: Ending): Adjustment {
  const { accountId, requestId, heldPico, counting } = hold;
  const costPico = [ending.costPico, heldPico, affordedPico].reduce(lesser);
  const overrunPico = ending.costPico - costPico;
  const entry = {
    kind: 'adjustment' as const,
    requestId,
    heldPico,
    ...countedIn(counting),
    at: isoTime(ledger.timing.clock()),
    priceVersion: record.priceVersion,
    transfers: chargeTransfers({ costPico, overrunPico }),
  };
  const isCovered = compare('availablePico', '>=', costPico);
  const usageRecord = { ...record, accountId, requestId, costPico, overrunPico };
  const otherwise = () => 'spent_meanwhile' as const;
  // The expiry's record gives way to the true one; it may have ended by time.
  const isExpiry = any(absent(), compare('status', '=', 'expired'));
  return {
    settlement: { outcome: 'adjusted', costPico, overrunPico },
    writes: [
      {
        write: putEntry(lateEntryKey(accountId, requestId), entry),
        otherwise: (recorded) => recorded && decodeEntry(recorded),
      },
      { write: changeBalance({ accountId }, { availablePico: -costPico, spentPico: costPico }, isCovered), otherwise },
      { write: putUsageRecord(usageRecord, ledger.usageRetentionDays, isExpiry) },
      ...(counting ? countLate(counting, costPico) : []).map((write) => ({ write, otherwise })),
    ],
    token: callToken(),
  };
}
