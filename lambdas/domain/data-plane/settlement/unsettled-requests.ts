import type { Clock } from '../../clock';
import type { Log } from '../../log';
import { IdempotencyMismatch, StoreUnavailable } from '../../table/table-errors';
import type { Wallet } from '../../wallet/wallet';
import { WalletUnavailable } from '../../wallet/wallet-errors';
import { type RequestEnd, writeEnd } from './request-end';

/** A few kilobytes each: a store that is down for long must not take the gateway's memory with it. */
export const UNSETTLED_MAX = 1_000;

/** The first wait; it doubles with each try that fails. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** The sweeper gave the money back long before: nobody expects a charge any more. */
const GIVEN_UP_MS_AFTER_DEADLINE = 3_600_000;

interface UnsettledRequestsDependencies {
  readonly wallet: Wallet;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Requests whose end could not be committed: the client has its answer, and the usage is known nowhere else. They
 * are tried again in the background until the store takes them. A process that dies loses them, and their holds
 * expire.
 */
export class UnsettledRequests {
  readonly #dependencies: UnsettledRequestsDependencies;
  readonly #ends: RequestEnd[] = [];
  #waitMs = FIRST_WAIT_MS;
  #dueAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> | undefined;

  constructor(dependencies: UnsettledRequestsDependencies) {
    this.#dependencies = dependencies;
  }

  keep(end: RequestEnd): void {
    if (this.#ends.length >= UNSETTLED_MAX) {
      this.#giveUp(end, 'too_many');
      return;
    }
    this.#ends.push(end);
    if (this.#pass === undefined && this.#timer === undefined) this.#wait();
  }

  /**
   * Tries what is due. For hosts whose timers stand still between two requests: a function is frozen then.
   * @returns once no try is under way; never rejects
   */
  async resume(): Promise<void> {
    const isDue = this.#ends.length > 0 && this.#dependencies.clock() >= this.#dueAt;
    await (isDue ? this.#try() : this.#pass);
  }

  /** Tries everything a last time, whether it is due or not. */
  async stop(): Promise<void> {
    await this.#pass;
    if (this.#ends.length > 0) await this.#try();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const end of this.#ends.splice(0)) this.#giveUp(end, 'stopped');
  }

  #wait(): void {
    this.#dueAt = this.#dependencies.clock() + this.#waitMs;
    this.#timer = setTimeout(() => void this.#try(), this.#waitMs);
    // Whoever ends the process says so by `stop`.
    this.#timer.unref();
  }

  #try(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pass ??= this.#tryAll().finally(() => {
      this.#pass = undefined;
      if (this.#ends.length > 0) this.#wait();
    });
    return this.#pass;
  }

  /** One after the other, up to the first that the store does not take. */
  async #tryAll(): Promise<void> {
    for (let end = this.#ends.shift(); end !== undefined; end = this.#ends.shift()) {
      if (await this.#isOver(end)) {
        this.#waitMs = FIRST_WAIT_MS;
        continue;
      }
      // To the back, so that one contended balance does not hold up the others.
      this.#ends.push(end);
      this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
      return;
    }
  }

  /** @returns false when it is to be tried again */
  async #isOver(end: RequestEnd): Promise<boolean> {
    const { hold, record } = end;
    if (this.#dependencies.clock() > hold.deadline + GIVEN_UP_MS_AFTER_DEADLINE) {
      this.#giveUp(end, 'too_late');
      return true;
    }
    try {
      const { costPico } = await writeEnd(this.#dependencies, end);
      this.#dependencies.log.info('SETTLE_RECOVERED', { requestId: hold.requestId, status: record.status, costPico });
      return true;
    } catch (error) {
      if (isWorthAnotherTry(error)) return false;
      this.#giveUp(end, error instanceof Error ? error.name : 'Unknown');
      return true;
    }
  }

  /** The hold expires, or has. The alarm rang when the settle failed first. */
  #giveUp({ hold }: RequestEnd, cause: string): void {
    this.#dependencies.log.warn('SETTLE_GIVEN_UP', { requestId: hold.requestId, cause });
  }
}

/** Whether the store may yet take it: each try has a token of its own. The other errors of the wallet are facts. */
export function isWorthAnotherTry(error: unknown): boolean {
  return (
    error instanceof WalletUnavailable || error instanceof StoreUnavailable || error instanceof IdempotencyMismatch
  );
}
