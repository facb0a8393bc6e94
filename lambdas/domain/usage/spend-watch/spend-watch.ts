import { DEPLOYMENT } from '../../access/actor';
import type { Clock } from '../../clock';
import type { KeySuspensions } from '../../keys/key-suspensions';
import type { Log } from '../../log';
import type { KeySpend, Spent, SpentHour } from './key-spend';
import { hourOf } from './key-spend';
import { isSpendJump, JUMP_FLOOR_PICO } from './spend-jump';

const HOUR_MS = 3_600_000;

export interface SpendWatchDependencies {
  readonly spend: KeySpend;
  readonly suspensions: KeySuspensions;
  readonly clock: Clock;
  readonly log: Log;
}

/** Suspends a key whose spend jumps, seconds after the requests that did it. */
export class SpendWatch {
  readonly #dependencies: SpendWatchDependencies;

  constructor(dependencies: SpendWatchDependencies) {
    this.#dependencies = dependencies;
  }

  async take(changeIds: readonly string[], batch: readonly Spent[]): Promise<void> {
    for (const hour of await this.#dependencies.spend.add(changeIds, batch)) {
      if (this.#isRecent(hour)) await this.#look(hour);
    }
  }

  /**
   * Does not fail: a batch that does comes again in halves, and those in halves of theirs, and each would be added up
   * anew, until keys at their pace seem to jump. The key's next requests have it looked at again.
   */
  async #look(hour: SpentHour): Promise<void> {
    const { accountId, keyIds } = hour;
    const isJump = this.#jumps(hour);
    for (const keyId of keyIds) {
      try {
        if (await isJump) await this.#suspend(accountId, keyId);
      } catch (error) {
        const cause = error instanceof Error ? error.name : 'Unknown';
        this.#dependencies.log.error('KEY_SPEND_NOT_WATCHED', { accountId, keyId, cause });
      }
    }
  }

  /** What comes late says nothing of what happens now. */
  #isRecent({ hour }: SpentHour): boolean {
    return hour >= hourOf(this.#dependencies.clock() - HOUR_MS);
  }

  /** Whether the keys' spend jumps, and nobody has looked at it already. */
  async #jumps(hour: SpentHour): Promise<boolean> {
    const { spend, suspensions } = this.#dependencies;
    const costPico = await spend.of(hour);
    if (costPico <= JUMP_FLOOR_PICO || !isSpendJump(costPico, await spend.before(hour))) return false;
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
