import { entryKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import type { WalletDependencies } from '../dependencies';
import { decodeEntry } from '../ledger/entry';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';
import { HoldNotFound } from '../wallet-errors';
import { adjustExpired } from './adjust-expired';
import { endHold } from './end-hold';
import { settledBefore, settledNow, type Settled, type Settlement } from './settlement';

/**
 * Settles or releases a request that has a hold of its own.
 * @throws HoldAlreadySettled, HoldAlreadyReleased, HoldNotFound, LedgerInconsistent
 */
export async function settleHold(dependencies: WalletDependencies, settlement: Settlement): Promise<Settled> {
  const charge = await endHold(dependencies, settlement);
  if (charge) return settledNow(settlement, charge);
  const { store, timing } = dependencies;
  const key = entryKey(settlement.hold.accountId, settlement.hold.requestId);
  const item = await retryOrUnavailable(SETTLE_RETRY, timing, () => store.get({ table: WALLET, key }));
  if (!item) throw new HoldNotFound();
  const entry = decodeEntry(item);
  if (entry.kind !== 'expire') return settledBefore(settlement, entry);
  // The caller may not know the last change of the amount.
  const hold = { ...settlement.hold, heldPico: entry.heldPico };
  return adjustExpired(dependencies, { ...settlement, hold });
}
