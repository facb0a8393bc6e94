import { lesser } from '../../lambdas/domain/money/pico';
import type { Hold } from '../../lambdas/domain/wallet/holds/hold';
import { budgetLeftIn } from './limits';
import { pico } from './fields';
import type { RequestIntent } from './intents';
import type { ItemChange } from './stored';
import { expectKept } from './violation';
import type { World } from './world';

/**
 * Watches what an account could pay above a hold while the hold is being settled. The operator pays nothing that the
 * account could have paid throughout that time.
 */
export class LossWatch {
  readonly #world: World;
  readonly #hold: Hold;
  readonly #intent: RequestIntent;
  readonly #stop: () => void;
  #leastPico: bigint;
  #endedAtPico: bigint | undefined;

  constructor(world: World, hold: Hold, intent: RequestIntent) {
    this.#world = world;
    this.#hold = hold;
    this.#intent = intent;
    this.#leastPico = this.#affordedPico();
    this.#stop = world.onCommit((changes) => this.#see(changes));
  }

  /** @param costPico the part that the account has paid */
  expectLossDue({ costPico, overrunPico }: { readonly costPico: bigint; readonly overrunPico: bigint }): void {
    this.#stop();
    const { isEstimated } = this.#intent;
    // A request that had to hold its worst case pays nothing above that.
    const ceilingPico = this.#hold.rolling?.ceilingPico;
    const heldPico = this.#endedAtPico;
    if (overrunPico === 0n || heldPico === undefined || ceilingPico === undefined || isEstimated) return;
    const isDue = costPico >= lesser(ceilingPico, heldPico + this.#leastPico);
    expectKept('invariant 4', isDue, `the operator paid for what the account of ${this.#hold.requestId} covered`);
  }

  #see(changes: readonly ItemChange[]): void {
    const { requestId } = this.#hold;
    const end = changes.find(
      ({ kind, before, after }) => kind === 'hold' && before?.['requestId'] === requestId && !after,
    );
    if (end) {
      this.#stop();
      this.#endedAtPico = pico(end.before, 'heldPico');
    } else {
      this.#leastPico = lesser(this.#leastPico, this.#affordedPico());
    }
  }

  /** Without the drawers, which another request may fill and empty at any time. */
  #affordedPico(): bigint {
    const { stored, plan } = this.#world;
    const balance = stored.balances.get(this.#hold.accountId);
    const availablePico = balance ? pico(balance, 'availablePico') : 0n;
    return lesser(availablePico, budgetLeftIn(stored, plan, this.#intent) ?? availablePico);
  }
}
