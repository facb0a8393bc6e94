import { ulid } from 'ulid';
import { entryKey, isoTime } from '../../contracts/storage/table-keys';
import type { Clock } from '../clock';
import { type GuardedWrite, tryCommit } from '../table/commit';
import { exists } from '../table/condition';
import { ConditionFailed } from '../table/table-errors';
import { systemSleep } from '../table/retry';
import type { TableStore } from '../table/table-store';
import type { Balance } from './balance/balance';
import { changeBalance, openBalance } from './balance/balance';
import { readBalance } from './balance/drawers';
import type { Entry } from './ledger/entry';
import { putEntry, transfers } from './ledger/entry';
import { everyEntry } from './ledger/every-entry';
import type { Hold } from './holds/hold';
import type { RequestOutcome } from './holds/hold-end';
import { LeaseBook } from './leases/lease-book';
import { Leases } from './leases/leases';
import type { Ledger } from './ledger/ledger';
import { callToken } from './ledger/ledger';
import { retryOrUnavailable, SETTLE_RETRY } from './retry';
import type { Reservation } from './holds/reserve';
import type { Settlement } from './holds/settlement';
import type { Sweep } from './holds/sweep';
import { expireDue } from './holds/sweep';
import { WalletNotFound } from './wallet-errors';

/** A payment's id becomes an entry's: a separator in it, or the prefix of a request or a lease, could name another entry. */
const PAYMENT_ID = /^(?!req_|lease_)[\w.:-]{1,200}$/;

export interface WalletOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly usageRetentionDays: number;
  /** What the process knows of its leases, where several wallets of it share that. @default what this wallet learns */
  readonly leaseBook?: LeaseBook;
  /** A new ULID for a lease taken at this time. @default from the system's randomness */
  readonly newUlid?: (now: number) => string;
  /** From 0 to below 1: the jitter between attempts. @default Math.random */
  readonly random?: () => number;
  /** Waits between attempts. @default the system's timer */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/**
 * The accounts' money. Every step is one transaction whose conditions keep the invariants of the ledger,
 * whatever runs at the same time, is lost, or is repeated. All steps throw WalletUnavailable when the store
 * conflicts or fails for longer than they wait.
 */
export class Wallet {
  readonly #ledger: Ledger;
  readonly #leases: Leases;

  constructor(options: WalletOptions) {
    const { store, clock, usageRetentionDays, newUlid = ulid, sleep = systemSleep } = options;
    // eslint-disable-next-line no-restricted-syntax -- a fraction of a waiting time: no money depends on it.
    const random = options.random ?? Math.random;
    this.#ledger = { store, usageRetentionDays, newUlid, timing: { clock, random, sleep } };
    this.#leases = new Leases(this.#ledger, options.leaseBook ?? new LeaseBook());
  }

  /** Opens an account's wallet, empty; without effect on one that is open. */
  async open(accountId: string): Promise<void> {
    await this.#retry(async () => {
      try {
        await this.#ledger.store.write(openBalance(accountId));
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
      }
    });
  }

  /** Adds a payment, once, however often it is reported. Throws WalletNotFound. */
  async credit(payment: {
    readonly accountId: string;
    readonly amountPico: bigint;
    readonly paymentId: string;
  }): Promise<'credited' | 'already_credited'> {
    const { accountId, amountPico, paymentId } = payment;
    if (amountPico <= 0n) throw new RangeError('a credit is positive');
    if (!PAYMENT_ID.test(paymentId)) throw new RangeError('not a payment id');
    const entry = {
      kind: 'credit' as const,
      at: isoTime(this.#ledger.timing.clock()),
      heldPico: 0n,
      transfers: transfers(['funded', 'available', amountPico]),
    };
    const funded = changeBalance({ accountId }, { availablePico: amountPico, fundedPico: amountPico }, exists());
    const writes: readonly GuardedWrite<'already_credited' | WalletNotFound>[] = [
      { write: putEntry(entryKey(accountId, paymentId), entry), otherwise: () => 'already_credited' },
      { write: funded, otherwise: () => new WalletNotFound() },
    ];
    const token = callToken();
    return this.#retry(async () => {
      const [refusal = 'credited' as const] = await tryCommit(this.#ledger.store, writes, token);
      if (refusal instanceof WalletNotFound) throw refusal;
      return refusal;
    });
  }

  /**
   * Takes what a request can cost at most, before anything is sent to a provider.
   * Throws InsufficientFunds, WalletNotFound or RequestIdReused.
   */
  async reserve(reservation: Reservation): Promise<Hold> {
    return this.#leases.reserve(reservation);
  }

  /**
   * Ends a hold with its charge; what the charge is above the hold is the operator's loss. After the hold's
   * expiry it charges what `available` covers. The same settle again returns what was recorded.
   * Throws HoldAlreadySettled, HoldAlreadyReleased or HoldNotFound, and LedgerInconsistent.
   */
  async settle(end: {
    readonly hold: Hold;
    readonly charge: { readonly costPico: bigint };
    readonly record: RequestOutcome;
  }): Promise<Settlement> {
    const { hold, record, charge } = end;
    return this.#leases.end({ hold, record, kind: 'charge', costPico: charge.costPico });
  }

  /** Ends a hold without a charge. Throws as `settle` does. */
  async release({ hold, record }: { readonly hold: Hold; readonly record: RequestOutcome }): Promise<Settlement> {
    return this.#leases.end({ hold, record, kind: 'release', costPico: 0n });
  }

  /** Ends the holds that nobody ended before their deadline; see `expireDue` in ./sweep.ts. */
  async expireDue(range: { readonly now?: number; readonly everything?: boolean } = {}): Promise<Sweep> {
    return expireDue(this.#ledger, range);
  }

  /** Drawers included. */
  async balance(accountId: string): Promise<Balance | undefined> {
    return readBalance(this.#ledger.store, accountId);
  }

  /** All entries of an account, by entry id: an order in time for requests only. */
  entries(accountId: string): AsyncGenerator<Entry> {
    return everyEntry(this.#ledger.store, accountId);
  }

  #retry<T>(attempt: () => Promise<T>): Promise<T> {
    return retryOrUnavailable(SETTLE_RETRY, this.#ledger.timing, attempt);
  }
}
