import { DEPLOYMENT } from '../access/actor';
import type { Clock } from '../clock';
import type { KeySuspensions } from '../keys/key-suspensions';
import type { Log } from '../log';
import type { KeyHour, KeySpend, Spent } from './key-spend';
import { hourOf } from './key-spend';
import { isSpendJump, JUMP_FLOOR_PICO } from './spend-jump';

const HOUR_MS = 3_600_000;
/** Who resumed a key has looked: for so long it is not suspended again. */
export const TRUSTED_MS = 24 * HOUR_MS;

export interface SpendWatchParts {
  readonly spend: KeySpend;
  readonly suspensions: KeySuspensions;
  readonly clock: Clock;
  readonly log: Log;
}

/** Suspends a key whose spend jumps, seconds after the requests that did it. */
export class SpendWatch {
  readonly #parts: SpendWatchParts;

  constructor(parts: SpendWatchParts) {
    this.#parts = parts;
  }

  async take(changeIds: readonly string[], batch: readonly Spent[]): Promise<void> {
    for (const hour of await this.#parts.spend.add(changeIds, batch)) {
      if (this.#isRecent(hour)) await this.#look(hour);
    }
  }

  /**
   * Does not fail: a batch that does comes again in halves, and those in halves of theirs, and each would be added up
   * anew, until keys at their pace seem to jump. The key's next requests have it looked at again.
   */
  async #look(hour: KeyHour): Promise<void> {
    try {
      if (await this.#jumps(hour)) await this.#suspend(hour);
    } catch (error) {
      const { accountId, keyId } = hour;
      const cause = error instanceof Error ? error.name : 'Unknown';
      this.#parts.log.error('KEY_SPEND_NOT_WATCHED', { accountId, keyId, cause });
    }
  }

  /** What comes late says nothing of what happens now. */
  #isRecent({ hour }: KeyHour): boolean {
    return hour >= hourOf(this.#parts.clock() - HOUR_MS);
  }

  async #jumps(hour: KeyHour): Promise<boolean> {
    const { spend } = this.#parts;
    const costPico = await spend.of(hour);
    return costPico > JUMP_FLOOR_PICO && isSpendJump(costPico, await spend.before(hour));
  }

  async #suspend({ accountId, keyId }: KeyHour): Promise<void> {
    const { suspensions, clock, log } = this.#parts;
    const key = await suspensions.live(accountId, keyId);
    if (key === undefined || key.suspendedAt !== undefined) return;
    if (key.resumedAt !== undefined && clock() < Date.parse(key.resumedAt) + TRUSTED_MS) return;
    if (await suspensions.suspend({ accountId, keyId, actor: DEPLOYMENT, reason: 'spend_jump' })) {
      log.error('KEY_SPEND_JUMPED', { accountId, keyId });
    }
  }
}
