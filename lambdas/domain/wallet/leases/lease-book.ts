import { BoundedMap } from '../../bounded-map';
import type { Tally } from './lease';
import { affords, type Lease, leaseTurnOf, tallied } from './lease';

/** After a balance was contended, its account's requests draw on leases for this long. */
export const HOT_MS = 10 * 60_000;
/** For this long a process need not look whether others found a balance contended. */
const COOL_MS = 60_000;
/** A suspension reaches every process within this time, well below the ten seconds that are promised. */
const ACTIVE_MS = 5_000;
/** A process that knows this many accounts forgets the oldest; they are found again. */
const ACCOUNTS_MAX = 10_000;

/** A lease whose last request has ended, with what all of them came to. */
export interface IdleLease {
  readonly lease: Lease;
  readonly settled: Tally;
}

/**
 * What one process knows of its leases, in its memory only: which accounts need them, which are idle, which are in
 * use. All of it may be lost at any time: the leases themselves are stored, and the sweeper ends those that are left.
 */
export class LeaseBook {
  readonly #accounts = new BoundedMap<{ readonly isHot: boolean; readonly until: number }>(ACCOUNTS_MAX);
  /** When each account was last seen not to be suspended; epoch milliseconds. */
  readonly #activeAt = new BoundedMap<number>(ACCOUNTS_MAX);
  readonly #idle = new Map<string, IdleLease[]>();
  /** By request id. */
  readonly #inUse = new Map<string, Lease>();

  /** Whether an account's balance is contended; undefined when nothing is known of it. */
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

  /** Takes out an idle lease that has room and time for one more request, and with it those that no longer have. */
  take(
    accountId: string,
    holdPico: bigint,
    now: number,
  ): { readonly idle: IdleLease | undefined; readonly done: readonly IdleLease[] } {
    const leases = this.#idle.get(accountId) ?? [];
    const done: IdleLease[] = [];
    let idle = leases.pop();
    while (idle && !affords(idle.lease, idle.settled, holdPico, now)) {
      done.push(idle);
      idle = leases.pop();
    }
    // Stryker disable next-line ConditionalExpression: an empty list is as good as none, it only takes memory.
    if (leases.length === 0) this.#idle.delete(accountId);
    return { idle, done };
  }

  begin(lease: Lease): void {
    this.#inUse.set(lease.last.requestId, lease);
  }

  /** The lease in use for a request, if it is this turn of it. */
  inUse(requestId: string, leaseTurn: string): Lease | undefined {
    const lease = this.#inUse.get(requestId);
    return lease && leaseTurn === leaseTurnOf(lease) ? lease : undefined;
  }

  /** The request has ended with this charge: its lease can take the next one. */
  end(lease: Lease, charge: Parameters<typeof tallied>[1]): void {
    const { accountId, last } = lease;
    if (this.#inUse.get(last.requestId) !== lease) return;
    this.#inUse.delete(last.requestId);
    const idle = { lease, settled: tallied(lease.settled, charge) };
    const others = this.#idle.get(accountId);
    if (others) others.push(idle);
    else this.#idle.set(accountId, [idle]);
  }

  /** How the request ended is not known here, so its lease is left to the sweeper. */
  forget(lease: Lease): void {
    if (this.#inUse.get(lease.last.requestId) === lease) this.#inUse.delete(lease.last.requestId);
  }

  /** Whether an account was not suspended a moment ago. A clock that was set back does not prolong it. */
  isActive(accountId: string, now: number): boolean {
    const at = this.#activeAt.get(accountId) ?? -Infinity;
    return at <= now && now < at + ACTIVE_MS;
  }

  markActive(accountId: string, now: number): void {
    this.#activeAt.set(accountId, now);
  }
}
