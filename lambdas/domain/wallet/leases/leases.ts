import { balanceKey } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import { exists } from '../../table/condition';
import { StoreUnavailable } from '../../table/table-errors';
import { type Balance, readPlace } from '../balance/balance';
import { emptyDrawers } from '../balance/drawers';
import type { Hold } from '../holds/hold';
import { holdOf, type Lease } from './lease';
import type { IdleLease, LeaseBook } from './lease-book';
import { HOT_MS } from './lease-book';
import { endLease } from './lease-end';
import { extendLease, takeLease } from './lease-reserve';
import { settleOnLease } from './lease-settle';
import type { Ledger } from '../ledger/ledger';
import { retryOrUnavailable, RESERVE_RETRY } from '../retry';
import type { Reservation } from '../holds/reserve';
import { BalanceContended, reserve, reserveUncontended } from '../holds/reserve';
import { endHold } from '../holds/settle';
import type { Ending, Settlement } from '../holds/settlement';
import { InsufficientFunds, WalletSuspended } from '../wallet-errors';

/**
 * Whose money a request holds: its own hold, as long as the account's balance is written by few at a time, and a
 * lease of this process once it is contended (docs/adr/0009-leases-for-hot-wallets.md).
 */
export class Leases {
  readonly #ledger: Ledger;
  readonly #book: LeaseBook;

  constructor(ledger: Ledger, book: LeaseBook) {
    this.#ledger = ledger;
    this.#book = book;
  }

  async reserve(reservation: Reservation): Promise<Hold> {
    if (reservation.holdPico < 0n) throw new RangeError('a hold is not negative');
    const { accountId, counting } = reservation;
    // Its counters are written with its hold, one by one: no lease would make that faster.
    if (counting) return this.#reserveMain(reservation, reserve);
    const now = this.#ledger.timing.clock();
    const isHot = this.#book.isHot(accountId, now) ?? (await this.#learn(accountId, now));
    if (!isHot) {
      try {
        return await this.#reserveMain(reservation, reserveUncontended);
      } catch (error) {
        if (!(error instanceof BalanceContended)) throw error;
        this.#tell(accountId, now);
      }
    }
    await this.#expectActive(accountId, now);
    const lease = await this.#lease(reservation, now);
    if (!lease) return this.#reserveMain(reservation, reserve);
    this.#book.begin(lease);
    return holdOf(lease);
  }

  end(ending: Ending): Promise<Settlement> {
    const { leaseTurn } = ending.hold;
    return leaseTurn === undefined
      ? endHold(this.#ledger, ending)
      : settleOnLease(this.#ledger, this.#book, ending, leaseTurn);
  }

  /** What others found out about this balance. A request does not depend on it: what cannot be read is asked again. */
  async #learn(accountId: string, now: number): Promise<boolean> {
    let balance: Balance | undefined;
    try {
      balance = await readPlace(this.#ledger.store, { accountId }, { consistent: false });
    } catch (error) {
      if (error instanceof StoreUnavailable) return false;
      throw error;
    }
    if (balance?.suspendedAt === undefined) this.#book.markActive(accountId, now);
    const hotUntil = Number(balance?.hotUntil ?? 0n);
    if (hotUntil > now) this.#book.markHot(accountId, now, hotUntil);
    else this.#book.markCool(accountId, now);
    return hotUntil > now;
  }

  /**
   * A lease does not meet the balance, where a suspension is written, so a process looks there every few seconds.
   * Throws WalletSuspended.
   */
  async #expectActive(accountId: string, now: number): Promise<void> {
    if (this.#book.isActive(accountId, now)) return;
    const { store, timing } = this.#ledger;
    const read = () => readPlace(store, { accountId }, { consistent: false });
    const balance = await retryOrUnavailable(RESERVE_RETRY, timing, read);
    if (balance?.suspendedAt !== undefined) throw new WalletSuspended();
    this.#book.markActive(accountId, now);
  }

  /** Others are told beside the request; where that fails, they find out for themselves. */
  #tell(accountId: string, now: number): void {
    this.#book.markHot(accountId, now);
    const set = { hotUntil: BigInt(now + HOT_MS) };
    const write = { table: WALLET, update: balanceKey(accountId), change: { set }, when: exists() };
    this.#ledger.store.write(write).catch(() => undefined);
  }

  async #lease(reservation: Reservation, now: number): Promise<Lease | undefined> {
    const { idle, done } = this.#book.take(reservation.accountId, reservation.holdPico, now);
    this.#endInBackground(done);
    const extended = idle && (await extendLease(this.#ledger, idle, reservation));
    return extended ?? (await takeLease(this.#ledger, reservation));
  }

  /** Beside the request that found them: what fails here, or is cut short, is the sweeper's. */
  #endInBackground(leases: readonly IdleLease[]): void {
    for (const idle of leases) endLease(this.#ledger, idle).catch(() => undefined);
  }

  /** A main balance that does not cover the hold may have money in its drawers. */
  async #reserveMain(reservation: Reservation, take: typeof reserve): Promise<Hold> {
    try {
      return await take(this.#ledger, reservation);
    } catch (error) {
      if (!(error instanceof InsufficientFunds) || !error.hasDrawers) throw error;
      await emptyDrawers(this.#ledger, reservation.accountId);
      return take(this.#ledger, reservation);
    }
  }
}
