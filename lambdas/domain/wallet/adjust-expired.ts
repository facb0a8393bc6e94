import { isoTime, lateEntryKey } from '../../contracts/table-keys';
import { lesser } from '../money/pico';
import { absent, any, compare } from '../table/condition';
import { TryAgain } from '../table/patience';
import { failedCondition } from '../table/table-errors';
import type { Write } from '../table/table-store';
import { putUsageRecord } from '../usage/usage-records';
import type { Balance } from './balance';
import { changeBalance, readPlace } from './balance';
import { emptyDrawers } from './drawers';
import { chargeTransfers, decodeEntry, putEntry } from './entry';
import type { Ledger } from './ledger';
import { callToken } from './ledger';
import { patiently, SETTLE_PATIENCE } from './patience';
import type { Ending, Settlement } from './settlement';
import { recordedSettlement } from './settlement';
import { WalletNotFound } from './wallet-errors';

const ENTRY_PLACE = 0;
const BALANCE_PLACE = 1;

interface Adjustment {
  readonly settlement: Settlement;
  readonly writes: readonly Write[];
  readonly token: string;
}

/**
 * A settle that came after its hold had expired. The money went back to `available`, where it may be spent by
 * now: what is left there is charged, up to what the hold held, and the rest is the operator's loss.
 */
export async function adjustExpired(ledger: Ledger, ending: Ending): Promise<Settlement> {
  let adjustment: Adjustment | undefined;
  return patiently(SETTLE_PATIENCE, ledger.timing, async () => {
    adjustment ??= adjustmentTo(await mainBalance(ledger, ending), ledger, ending);
    try {
      await ledger.store.transact(adjustment.writes, adjustment.token);
      return adjustment.settlement;
    } catch (error) {
      const recorded = failedCondition(error, ENTRY_PLACE)?.item;
      if (recorded) return recordedSettlement(ending, decodeEntry(recorded));
      const balance = failedCondition(error, BALANCE_PLACE);
      if (!balance) throw error;
      // Another request took the money in between, so the charge is made again from what is left.
      adjustment = undefined;
      throw new TryAgain();
    }
  });
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

function adjustmentTo({ availablePico }: Balance, ledger: Ledger, { hold, record, ...ending }: Ending): Adjustment {
  const { accountId, requestId, heldPico } = hold;
  const costPico = [ending.costPico, heldPico, availablePico].reduce(lesser);
  const overrunPico = ending.costPico - costPico;
  const entry = {
    ...{ kind: 'adjustment' as const, requestId, heldPico },
    at: isoTime(ledger.timing.clock()),
    priceVersion: record.priceVersion,
    transfers: chargeTransfers({ costPico, overrunPico }),
  };
  const isCovered = compare('availablePico', '>=', costPico);
  // The expiry's record gives way to the true one; it may have ended by time.
  const isExpiry = any(absent(), compare('status', '=', 'expired'));
  return {
    settlement: { outcome: 'adjusted', costPico, overrunPico },
    writes: [
      putEntry(lateEntryKey(accountId, requestId), entry),
      changeBalance({ accountId }, { availablePico: -costPico, spentPico: costPico }, isCovered),
      putUsageRecord({ ...record, accountId, requestId, costPico, overrunPico }, ledger.usageRetentionDays, isExpiry),
    ],
    token: callToken(),
  };
}
