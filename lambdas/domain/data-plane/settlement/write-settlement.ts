import type { Log } from '../../log';
import type { Settled, Settlement } from '../../wallet/holds/settlement';
import type { Wallet } from '../../wallet/wallet';

/**
 * Settles or releases a request in the wallet. A retry ends it in the same way as the first attempt.
 * @throws as `Wallet.settle` does
 */
export async function writeSettlement(
  { wallet, log }: { readonly wallet: Wallet; readonly log: Log },
  settlement: Settlement,
): Promise<Settled> {
  const settled = await (settlement.kind === 'release' ? wallet.release(settlement) : wallet.settle(settlement));
  const { requestId } = settlement.hold;
  if (settled.overrunPico > 0n) log.error('CHARGE_OVERRUN', { requestId, overrunPico: settled.overrunPico });
  return settled;
}
