import { MINUTE_MS } from '../../../lambdas/domain/clock';
import type { RollingHold } from '../../../lambdas/domain/wallet/holds/resize-hold';
import type { WalletStage } from './wallet-stage';

/** Enough for many leases of 800. */
export const AMPLE = 1_000_000n;

/** A request on a new lease of 800, of an account that is contended from then on. */
export async function rollOnLease(stage: WalletStage, ceilingPico = 10_000n): Promise<RollingHold> {
  stage.store.plan('conflict');
  return stage.roll(100n, ceilingPico);
}

/** More attempts than any call makes. */
export const OUTAGE = Array.from({ length: 20 }, () => 'unreachable' as const);

/** Ends all leases that are due, at a time when all are. */
export async function sweepLeases(stage: WalletStage): Promise<void> {
  stage.now += 2 * MINUTE_MS;
  expect(await stage.wallet.expireDue()).toMatchObject({ failed: 0 });
}
