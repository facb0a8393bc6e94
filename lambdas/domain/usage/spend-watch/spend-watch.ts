import { DEPLOYMENT } from '../../access/actor';
import { type Clock, HOUR_MS } from '../../clock';
import type { KeySuspensions } from '../../keys/key-suspensions';
import { errorName, type Log } from '../../log';
import type { Attributed } from '../rollups/targets';
import { accountHours } from './account-hours';
import type { BudgetWatch } from './budget-watch';
import { hourOf } from './hours';
import { type KeySpend, type SpentHour, spentHours } from './key-spend';
import { isSpendJump, JUMP_FLOOR_PICO } from './spend-jump';
import type { UsageAlerts } from './usage-alerts';

export interface SpendWatchDependencies {
  readonly spend: KeySpend;
  readonly suspensions: KeySuspensions;
  /** @default nobody is told about budgets */
  readonly budgets?: Pick<BudgetWatch, 'check'> | undefined;
  /** Tells accounts that have rules about their hours. @default nobody is told */
  readonly alerts?: Pick<UsageAlerts, 'check'> | undefined;
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
   * Checks the budgets and hours of keys, and the hours of accounts, whose requests were just counted. Repeating it has
   * no effect.
   * @throws StoreUnavailable when a budget could not be checked
   */
  async check(requests: readonly Attributed[]): Promise<void> {
    const { budgets, alerts } = this.#dependencies;
    const charged = requests.filter(({ record }) => record.costPico > 0n);
    await budgets?.check(charged.map(({ record }) => record));
    for (const hour of spentHours(charged)) if (this.#isRecent(hour)) await this.#check(hour);
    await alerts?.check(accountHours(requests));
  }

  /**
   * Never throws. Lambda would retry a failed batch, and hold up the roll-ups of later requests meanwhile. The key's next
   * requests cause another check.
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
