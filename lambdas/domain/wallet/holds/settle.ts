import { entryKey } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import { adjustExpired } from './adjust-expired';
import { decodeEntry } from '../ledger/entry';
import { commitHoldEnd } from './hold-end';
import type { Ledger } from '../ledger/ledger';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';
import type { Ending, Settlement } from './settlement';
import { chargeOf, recordedSettlement } from './settlement';
import { HoldNotFound } from '../wallet-errors';

/** Ends a hold with a charge of at most what it holds, or with none. */
export async function endHold(ledger: Ledger, ending: Ending): Promise<Settlement> {
  const charge = chargeOf(ending);
  const isEnded = await commitHoldEnd(ledger, { ...ending, ...charge });
  if (!isEnded) return endedBefore(ledger, ending);
  return { outcome: ending.kind === 'charge' ? 'charged' : 'released', ...charge };
}

/** The hold is gone: its entry tells how it ended. */
async function endedBefore(ledger: Ledger, ending: Ending): Promise<Settlement> {
  const key = entryKey(ending.hold.accountId, ending.hold.requestId);
  const item = await retryOrUnavailable(SETTLE_RETRY, ledger.timing, () => ledger.store.get({ table: WALLET, key }));
  if (!item) throw new HoldNotFound();
  const entry = decodeEntry(item);
  return entry.kind === 'expire' ? adjustExpired(ledger, ending) : recordedSettlement(ending, entry);
}
