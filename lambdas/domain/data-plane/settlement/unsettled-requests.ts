import { type Clock, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../clock';
import { errorName, type Log } from '../../log';
import { IdempotencyMismatch, StoreUnavailable } from '../../table/table-errors';
import type { Settlement } from '../../wallet/holds/settlement';
import type { Wallet } from '../../wallet/wallet';
import { WalletUnavailable } from '../../wallet/wallet-errors';
import { logOverrun } from './log-overrun';

/** A settlement takes a few kilobytes, and a long outage of the store must not fill the gateway's memory. */
export const UNSETTLED_MAX = 1_000;

/** The first wait between two passes; it doubles with each pass that fails. */
const FIRST_WAIT_MS = SECOND_MS;
const LONGEST_WAIT_MS = MINUTE_MS;

/** By then the sweeper returned the money long ago, so a charge is no longer expected. */
const GIVEN_UP_MS_AFTER_DEADLINE = HOUR_MS;

interface UnsettledRequestsDependencies {
  readonly wallet: Wallet;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * When the write of a settle fails, this happens:
 *
 * 1. The wallet retries for eight seconds (SETTLE_RETRY in ../../wallet/retry.ts).
 * 2. `settleRequest` logs SETTLE_FAILED, which raises an alarm, and the client gets its response without the cost.
 * 3. This class keeps the settlement, because the usage is known nowhere else, and retries it in the background: after
 *    a second, then after longer and longer waits. A success is logged as SETTLE_RECOVERED.
 * 4. If the hold expires in the meantime, the settle is an adjustment (../../wallet/holds/adjust-expired.ts).
 * 5. The settlement is given up, and SETTLE_GIVEN_UP logged, an hour after the hold's deadline, when too many are
 *    kept, when the process stops, or when the wallet refuses it for good.
 * 6. Whatever is given up, or lost with its process, costs the account nothing: the sweeper expires the hold.
 */
export class UnsettledRequests {
  readonly #dependencies: UnsettledRequestsDependencies;
  readonly #settlements: Settlement[] = [];
  #waitMs = FIRST_WAIT_MS;
  #dueAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> | undefined;

  constructor(dependencies: UnsettledRequestsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Keeps a settlement for a later attempt, unless the wallet has refused it for good. */
  settleFailed(settlement: Settlement, error: unknown): void {
    if (isRetryable(error)) this.keep(settlement);
  }

  keep(settlement: Settlement): void {
    if (this.#settlements.length >= UNSETTLED_MAX) {
      this.#giveUp(settlement, 'too_many');
      return;
    }
    this.#settlements.push(settlement);
    if (this.#pass === undefined && this.#timer === undefined) this.#wait();
  }

  /**
   * Retries what is due. Called by hosts whose timers do not run between requests, such as a function, which is frozen.
   * @returns once no attempt is in flight; never rejects
   */
  async resume(): Promise<void> {
    const isDue = this.#settlements.length > 0 && this.#dependencies.clock() >= this.#dueAt;
    await (isDue ? this.#retry() : this.#pass);
  }

  /** Retries everything one last time, due or not. */
  async stop(): Promise<void> {
    await this.#pass;
    if (this.#settlements.length > 0) await this.#retry();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const settlement of this.#settlements.splice(0)) this.#giveUp(settlement, 'stopped');
  }

  #wait(): void {
    this.#dueAt = this.#dependencies.clock() + this.#waitMs;
    this.#timer = setTimeout(() => void this.#retry(), this.#waitMs);
    // The host calls `stop` before it ends the process, so the timer need not keep the process alive.
    this.#timer.unref();
  }

  #retry(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pass ??= this.#retryAll().finally(() => {
      this.#pass = undefined;
      if (this.#settlements.length > 0) this.#wait();
    });
    return this.#pass;
  }

  /** Retries one after the other, until the store fails for one of them. */
  async #retryAll(): Promise<void> {
    for (let settlement = this.#settlements.shift(); settlement !== undefined; settlement = this.#settlements.shift()) {
      if (await this.#isOver(settlement)) {
        this.#waitMs = FIRST_WAIT_MS;
        continue;
      }
      // Moved to the end, so that one contended balance does not hold up the others.
      this.#settlements.push(settlement);
      this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
      return;
    }
  }

  /** @returns false when the settlement is to be retried */
  async #isOver(settlement: Settlement): Promise<boolean> {
    const { hold, record } = settlement;
    const { requestId } = hold;
    const { wallet, clock, log } = this.#dependencies;
    if (clock() > hold.deadline + GIVEN_UP_MS_AFTER_DEADLINE) {
      this.#giveUp(settlement, 'too_late');
      return true;
    }
    try {
      const settled = await wallet.settle(settlement);
      logOverrun(log, requestId, settled);
      log.info('SETTLE_RECOVERED', { requestId, status: record.status, costPico: settled.costPico });
      return true;
    } catch (error) {
      if (isRetryable(error)) return false;
      this.#giveUp(settlement, errorName(error));
      return true;
    }
  }

  /** The hold expires or has expired. SETTLE_FAILED has already raised the alarm. */
  #giveUp({ hold }: Settlement, cause: string): void {
    this.#dependencies.log.warn('SETTLE_GIVEN_UP', { requestId: hold.requestId, cause });
  }
}

/** Whether the store may accept a later attempt, which has another token. The wallet's other errors are final. */
function isRetryable(error: unknown): boolean {
  return (
    error instanceof WalletUnavailable || error instanceof StoreUnavailable || error instanceof IdempotencyMismatch
  );
}
