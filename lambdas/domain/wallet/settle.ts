import { entryKey } from '../../contracts/table-keys';
import { WALLET } from '../../contracts/tables';
import { failedCondition } from '../table/table-errors';
import { adjustExpired } from './adjust-expired';
import { decodeEntry } from './entry';
import { hasEndedOnLease, HOLD_END_PLACES, holdEndWrites, inconsistencyOr, returnHold } from './hold-end';
import type { Ledger } from './ledger';
import { callToken } from './ledger';
import { patiently, SETTLE_PATIENCE } from './patience';
import type { Ending, Settlement } from './settlement';
import { recordedSettlement } from './settlement';
import { HoldNotFound } from './wallet-errors';

/** Ends a hold with a charge of at most what it holds, or with none. */
export async function endHold(ledger: Ledger, ending: Ending): Promise<Settlement> {
  const { hold, kind } = ending;
  if (ending.costPico < 0n) throw new RangeError('a cost is not negative');
  const costPico = ending.costPico < hold.heldPico ? ending.costPico : hold.heldPico;
  const overrunPico = ending.costPico - costPico;
  // Made once: only the same writes may be sent again under the same token.
  const writes = holdEndWrites(ledger, { ...ending, costPico, overrunPico });
  const token = callToken('s', hold.requestId);
  const isEnded = await patiently(SETTLE_PATIENCE, ledger.timing, async () => {
    try {
      await ledger.store.transact(writes, token);
      return true;
    } catch (error) {
      if (failedCondition(error, HOLD_END_PLACES.hold)) return false;
      if (!hasEndedOnLease(error)) throw inconsistencyOr(error);
      await returnHold(ledger, hold);
      return false;
    }
  });
  if (!isEnded) return endedBefore(ledger, ending);
  return { outcome: kind === 'charge' ? 'charged' : 'released', costPico, overrunPico };
}

/** The hold is gone: its entry tells how it ended. */
async function endedBefore(ledger: Ledger, ending: Ending): Promise<Settlement> {
  const key = entryKey(ending.hold.accountId, ending.hold.requestId);
  const item = await patiently(SETTLE_PATIENCE, ledger.timing, () => ledger.store.get({ table: WALLET, key }));
  if (!item) throw new HoldNotFound();
  const entry = decodeEntry(item);
  return entry.kind === 'expire' ? adjustExpired(ledger, ending) : recordedSettlement(ending, entry);
}
