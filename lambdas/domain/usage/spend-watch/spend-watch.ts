import { DEPLOYMENT } from '../../access/actor';
import { type Clock, HOUR_MS } from '../../clock';
import type { KeySuspensions } from '../../keys/key-suspensions';
import { errorName, type Log } from '../../log';
import type { AccountHours } from './account-hours';
import type { BudgetWatch } from './budget-watch';
import type { KeySpend, SpendChange, SpentHour } from './key-spend';
import { hourOf } from './key-spend';
import { isSpendJump, JUMP_FLOOR_PICO } from './spend-jump';
import type { UsageAlerts } from './usage-alerts';

export interface SpendWatchDependencies {
  readonly spend: KeySpend;
  readonly suspensions: KeySuspensions;
  /** @default nobody is told about budgets */
  readonly budgets?: Pick<BudgetWatch, 'check'> | undefined;
  /** Adds up the hours of accounts, and tells those that have rules. @default nobody is told */
  readonly alerts?:
    { readonly hours: Pick<AccountHours, 'add'>; readonly rules: Pick<UsageAlerts, 'check'> } | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Suspends a key whose spend jumps, within seconds of the requests that caused the jump. */
export class SpendWatch {
  readonly #dependencies: SpendWatchDependencies;

  constructor(dependencies: SpendWatchDependencies) {
    this.#dependencies = dependencies;
  }

  /**
   * Adds a batch of changes and checks the budgets and the hours that it affects.
   * @throws StoreUnavailable when the batch was not added
   */
  async process(changeIds: readonly string[], batch: readonly SpendChange[]): Promise<void> {
    const { spend, budgets, alerts } = this.#dependencies;
    // Budgets and the sums of accounts come first, because a failure repeats the batch, and nothing may throw after the
    // sums of keys were written.
    const charges = batch.filter(({ costPico }) => costPico !== 0n);
    await budgets?.check(charges);
    const accountHours = await alerts?.hours.add(changeIds, batch);
    for (const hour of await spend.add(changeIds, charges)) {
      if (this.#isRecent(hour)) await this.#check(hour);
    }
    if (accountHours) await alerts?.rules.check(accountHours);
  }

  /**
   * Never throws. Lambda would retry a failed batch in halves, and again in their halves, and each retry would count the
   * spend again until it looked like a jump. The key's next requests cause another check.
   */
  async #check(hour: SpentHour): Promise<void> {
    const { accountId, keyIds } = hour;
    const mustSuspend = this.#mustSuspend(hour);
    for (const keyId of keyIds) {
      try {
        if (await mustSuspend) await this.#suspend(accountId, keyId);
      } catch (error) {
        const cause = errorName(error);
        this.#dependencies.log.error('KEY_SPEND_NOT_WATCHED', { accountId, keyId, cause });
      }
    }
  }

  /** A record that arrives late says nothing about the current spend. */
  #isRecent({ hour }: SpentHour): boolean {
    return hour >= hourOf(this.#dependencies.clock() - HOUR_MS);
  }

  /** Whether the spend of the keys jumps and no person has resumed them recently. */
  async #mustSuspend(hour: SpentHour): Promise<boolean> {
    const { spend, suspensions } = this.#dependencies;
    const costPico = await spend.inHour(hour);
    // The first check avoids reading a week of hours for most keys.
    if (costPico <= JUMP_FLOOR_PICO || !isSpendJump(costPico, await spend.inWeekBefore(hour))) return false;
    return !(await suspensions.areTrusted(hour.counterId));
  }

  async #suspend(accountId: string, keyId: string): Promise<void> {
    const { suspensions, log } = this.#dependencies;
    const key = await suspensions.live(accountId, keyId);
    if (key === undefined || key.suspendedAt !== undefined) return;
    if (await suspensions.suspend({ accountId, keyId, actor: DEPLOYMENT, reason: 'spend_jump' })) {
      log.error('KEY_SPEND_JUMPED', { accountId, keyId });
    }
  }
}
