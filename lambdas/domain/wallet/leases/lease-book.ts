import { MINUTE_MS } from '../../clock';
import { BoundedMap } from '../../bounded-map';
import type { RollingMarks } from '../balance/may-roll';
import type { Tally } from './lease';
import { affords, type Lease, type LeaseNeed, leaseTurnOf, tallied } from './lease';

/** After contention on a balance, its account's requests draw on leases for this long. */
export const HOT_MS = 10 * MINUTE_MS;
/** For this long, a process assumes that a balance that was uncontended when it last looked still is. */
const COOL_MS = MINUTE_MS;
/** A suspension reaches every process within this time, well below the ten seconds that we promise. */
const ACTIVE_MS = 5_000;
/** The mean charge of an account follows about this many of its latest requests. */
const MEAN_OF = 8n;
/** A process that knows this many accounts forgets the oldest, and reads their state again when they return. */
const ACCOUNTS_MAX = 10_000;
/** Far more than a process runs. Only leases whose settle was given up accumulate, and the sweeper ends those. */
const IN_USE_MAX = 10_000;

/** A lease whose last request has ended, with the tally of all its requests. */
export interface IdleLease {
  readonly lease: Lease;
  readonly settled: Tally;
}

/**
 * One process's view of its leases: which accounts need them, which are idle and which are in use. It lives in memory
 * and may be lost at any time, because the leases themselves are stored and the sweeper ends any that are left over.
 */
export class LeaseBook {
  readonly #accounts = new BoundedMap<{ readonly isHot: boolean; readonly until: number }>(ACCOUNTS_MAX);
  /** When each account was last seen not suspended (epoch milliseconds), and what else its balance said then. */
  readonly #active = new BoundedMap<{ readonly at: number; readonly marks: RollingMarks }>(ACCOUNTS_MAX);
  /** By account, in pico-dollars. */
  readonly #meanCharges = new BoundedMap<bigint>(ACCOUNTS_MAX);
  readonly #idle = new Map<string, IdleLease[]>();
  /** By request id. */
  readonly #inUse = new BoundedMap<Lease>(IN_USE_MAX);

  /** Whether an account's balance is contended; undefined when this process does not know. */
  isHot(accountId: string, now: number): boolean | undefined {
    const known = this.#accounts.get(accountId);
    return known && now < known.until ? known.isHot : undefined;
  }

  /** @param until epoch milliseconds. @default ten minutes from now */
  markHot(accountId: string, now: number, until = now + HOT_MS): void {
    this.#accounts.set(accountId, { isHot: true, until });
  }

  markCool(accountId: string, now: number): void {
    this.#accounts.set(accountId, { isHot: false, until: now + COOL_MS });
  }

  /**
   * Removes an idle lease that has room and time for one more request.
   * @returns `done`: leases without room or time for another request, or of another budget. They are removed too, and the caller ends them
   */
  take(
    accountId: string,
    need: LeaseNeed,
    now: number,
  ): { readonly idle: IdleLease | undefined; readonly done: readonly IdleLease[] } {
    const leases = this.#idle.get(accountId) ?? [];
    const done: IdleLease[] = [];
    let idle = leases.pop();
    while (idle && !affords(idle.lease, idle.settled, need, now)) {
      done.push(idle);
      idle = leases.pop();
    }
    // Stryker disable next-line ConditionalExpression,CallExpression: an empty list is like none, but takes memory.
    if (leases.length === 0) this.#idle.delete(accountId);
    return { idle, done };
  }

  begin(lease: Lease): void {
    this.#inUse.set(lease.last.requestId, lease);
  }

  /** The lease that the request is using, if it is on this turn. */
  inUse(requestId: string, leaseTurn: string): Lease | undefined {
    const lease = this.#inUse.get(requestId);
    return lease && leaseTurn === leaseTurnOf(lease) ? lease : undefined;
  }

  /** Records the charge of the request that ended, so that its lease can take the next request. */
  end(lease: Lease, charge: Parameters<typeof tallied>[1]): void {
    const { accountId, last } = lease;
    const ended = this.inUse(last.requestId, leaseTurnOf(lease));
    if (!ended) return;
    this.#inUse.delete(last.requestId);
    this.#charged(accountId, charge.costPico);
    const idle = { lease: ended, settled: tallied(ended.settled, charge) };
    const others = this.#idle.get(accountId);
    if (others) others.push(idle);
    else this.#idle.set(accountId, [idle]);
  }

  /** Leaves a lease to the sweeper, because this process does not know how its request ended. */
  forget(lease: Lease): void {
    if (this.inUse(lease.last.requestId, leaseTurnOf(lease))) this.#inUse.delete(lease.last.requestId);
  }

  /** Records that a lease has more money than before. One whose request has ended meanwhile ends with what is stored. */
  grow(lease: Lease): void {
    if (this.inUse(lease.last.requestId, leaseTurnOf(lease))) this.#inUse.set(lease.last.requestId, lease);
  }

  /** The mean charge of the account's latest requests on leases, in pico-dollars; 0 if there were none. */
  meanCharge(accountId: string): bigint {
    return this.#meanCharges.get(accountId) ?? 0n;
  }

  #charged(accountId: string, costPico: bigint): void {
    const mean = this.#meanCharges.get(accountId) ?? costPico;
    this.#meanCharges.set(accountId, mean + (costPico - mean) / MEAN_OF);
  }

  /**
   * The marks of an active account that was checked within the last ACTIVE_MS. A check in the future counts for nothing,
   * so turning back the clock does not extend it.
   * @returns undefined when the account has to be checked again
   */
  seenActive(accountId: string, now: number): RollingMarks | undefined {
    const seen = this.#active.get(accountId);
    return seen && seen.at <= now && now < seen.at + ACTIVE_MS ? seen.marks : undefined;
  }

  /** @param marks of the balance that was read. @default a balance without any */
  markActive(accountId: string, now: number, marks: RollingMarks = {}): void {
    this.#active.set(accountId, { at: now, marks });
  }

  /** Has the account checked again before its next request. */
  forgetActive(accountId: string): void {
    this.#active.delete(accountId);
  }
}
