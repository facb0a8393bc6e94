import type { Log } from '../../log';
import type { Hold } from '../../wallet/holds/hold';
import type { RequestOutcome } from '../../wallet/holds/hold-end';
import type { Settlement } from '../../wallet/holds/settlement';
import type { Wallet } from '../../wallet/wallet';

/** How a request is to end in the wallet: all that a later try needs, and nothing of its content. */
export interface RequestEnd {
  readonly hold: Hold;
  /** What the usage cost; 0 where the provider failed. */
  readonly costPico: bigint;
  readonly record: RequestOutcome;
}

/** One transaction; see Wallet's `settle` and `release` for what it throws. */
export async function writeEnd(
  { wallet, log }: { readonly wallet: Wallet; readonly log: Log },
  { hold, costPico, record }: RequestEnd,
): Promise<Settlement> {
  const settled =
    record.status === 'provider_error'
      ? await wallet.release({ hold, record })
      : await wallet.settle({ hold, charge: { costPico }, record });
  const { requestId } = hold;
  if (settled.overrunPico > 0n) log.error('CHARGE_OVERRUN', { requestId, overrunPico: settled.overrunPico });
  return settled;
}
