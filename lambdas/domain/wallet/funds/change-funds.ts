import { debtKey, grantsKey } from '../../../contracts/storage/table-keys/funds';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { entryKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { type GuardedWrite, commit } from '../../table/commit';
import { absent, all, any, compare, exists } from '../../table/condition';
import { RetryNeeded } from '../../table/retry';
import type { TableStore, Update } from '../../table/table-store';
import { type AmountName, type Balance, changeBalance, readPart, sumOfBalances } from '../balance/balance';
import { emptyDrawers, readDrawers } from '../balance/drawers';
import { endShortage } from '../balance/may-roll';
import type { FundsDependencies } from '../dependencies';
import { type Book, decodeEntry, type Entry, type NewEntry, putEntry, type Transfer } from '../ledger/entry';
import { retryOrUnavailable, SETTLE_RETRY } from '../retry';
import { WalletNotFound } from '../wallet-errors';
import { ChangeIdReused } from './funds-errors';
import { decodeGrants, type Grants, putGrants } from './grants';

/** An account's money as a change finds it. */
export interface Funds {
  /** The main balance and the drawers together. */
  readonly balance: Balance;
  readonly grants: Grants;
}

/** One change of an account's money that is neither a hold nor a charge, and its entry. */
export interface FundsChange {
  readonly kind: NewEntry['kind'];
  readonly transfers: readonly Transfer[];
  readonly reference?: string | undefined;
  readonly reason?: string | undefined;
  /** The grants after the change. @default they do not change */
  readonly grants?: Grants;
  /** Writes that belong to the change. A failed condition is a refusal that is thrown. */
  readonly writes?: readonly GuardedWrite[];
}

/** The entry of a change, and whether this call made it. */
export interface FundsChanged {
  readonly entry: Entry;
  readonly isNew: boolean;
}

/** Commits writes, and throws the first refusal. */
export type Recorder = (writes: readonly GuardedWrite[]) => Promise<unknown>;

/** Another change of the account's money was committed first. */
class FundsMoved extends Error {
  override readonly name = 'FundsMoved';
}

async function recordAlone(store: TableStore, writes: readonly GuardedWrite[]): Promise<void> {
  const [refusal] = await commit(store, writes);
  if (refusal) throw refusal;
}

/** The amount of a balance that counts each book, and whether money that leaves the book adds to it. */
const AMOUNTS: { readonly [book in Book]?: readonly [name: AmountName, sign: 1n | -1n] } = {
  available: ['availablePico', 1n],
  refunded: ['refundedPico', 1n],
  expired: ['expiredPico', 1n],
  disputed: ['disputedPico', 1n],
  funded: ['fundedPico', -1n],
  promotion: ['grantedPico', -1n],
  creditLine: ['linePico', -1n],
  debt: ['debtPico', -1n],
};

/**
 * Changes an account's money once: the entry's ID names the change. Changes of one account follow one another, because
 * each is conditional on the revision that it was decided by. Holds and charges go on meanwhile.
 * @param decide returns the change, given the money that the account has, or undefined if there is nothing to change. It
 *   may run several times
 * @param record commits the writes, perhaps together with others, and throws the first refusal. @default alone
 * @returns the entry of this or of an earlier call; undefined if there was nothing to change
 * @throws WalletNotFound also if the account was erased and would get credit; and what `decide` throws
 */
export async function changeFunds(
  dependencies: FundsDependencies,
  accountId: string,
  entryId: string,
  decide: (funds: Funds) => FundsChange | undefined | Promise<FundsChange | undefined>,
  record: Recorder = (writes) => recordAlone(dependencies.store, writes),
): Promise<FundsChanged | undefined> {
  const { store, timing } = dependencies;
  const key = entryKey(accountId, entryId);
  return retryOrUnavailable(SETTLE_RETRY, timing, async () => {
    const recorded = await store.get({ table: WALLET, key });
    if (recorded) return { entry: decodeEntry(recorded), isNew: false };
    const { main, ...funds } = await readFunds(store, accountId);
    const change = await decide(funds);
    if (change === undefined) return undefined;
    const { kind, transfers, reference, reason, grants, writes = [] } = change;
    const add = amountsOf(transfers);
    // Nobody could spend it, and nothing would pay it back any more.
    if (main.closedAt !== undefined && (add.availablePico ?? 0n) > 0n) throw new WalletNotFound();
    const takenPico = -(add.availablePico ?? 0n);
    if (main.availablePico < takenPico && main.hasDrawers) {
      await emptyDrawers(dependencies, accountId);
      throw new RetryNeeded();
    }
    const at = isoTime(timing.clock());
    const spentPico = grants?.spentPico;
    const entry = { kind, at, heldPico: 0n, transfers, reference, reason, spentPico };
    try {
      await record([
        ...writes,
        { write: putEntry(key, entry), otherwise: () => new FundsMoved() },
        { write: balanceWrite(accountId, main, add, at), otherwise: () => new FundsMoved() },
        ...listDebt(accountId, main, add),
        ...(grants ? [{ write: putGrants(accountId, grants) }] : []),
      ]);
    } catch (error) {
      // The writes may have been refused because of this very change, of which the reply was lost.
      const isMade = error instanceof FundsMoved || (await store.get({ table: WALLET, key })) !== undefined;
      throw isMade ? new RetryNeeded() : error;
    }
    return { entry: { entryId, ...entry }, isNew: true };
  });
}

/**
 * Whether a call made its change, rather than an earlier one of the same ID.
 * @param isSame whether the recorded entry is of the same change
 * @throws ChangeIdReused
 */
export function isNewChange(changed: FundsChanged | undefined, isSame: (entry: Entry) => boolean): boolean {
  if (changed !== undefined && !isSame(changed.entry)) throw new ChangeIdReused();
  return changed?.isNew ?? false;
}

/**
 * An account's money. The parts are not read atomically, but a charge moves nothing between them.
 * @throws WalletNotFound
 */
export async function readFunds(store: TableStore, accountId: string): Promise<Funds & { readonly main: Balance }> {
  const main = await readPart(store, { accountId });
  if (!main) throw new WalletNotFound();
  const drawers = await readDrawers(store, main, accountId);
  const grants = decodeGrants(await store.get({ table: WALLET, key: grantsKey(accountId) }));
  return { main, balance: [...drawers.values()].reduce(sumOfBalances, main), grants };
}

type Added = { readonly [name in AmountName]?: bigint };

function amountsOf(transfers: readonly Transfer[]): Added {
  const added: { [name in AmountName]?: bigint } = {};
  const move = (book: string, amountPico: bigint): void => {
    const amount = AMOUNTS[book as Book];
    if (amount === undefined) return;
    const [name, sign] = amount;
    added[name] = (added[name] ?? 0n) + sign * amountPico;
  };
  for (const { from, to, amountPico } of transfers) {
    move(from, -amountPico);
    move(to, amountPico);
  }
  return added;
}

/** The write that lists an account that gets into debt, or that no longer is, so that a job finds it. */
function listDebt(accountId: string, main: Balance, add: Added): readonly GuardedWrite[] {
  const isInDebt = main.debtPico + (add.debtPico ?? 0n) > 0n;
  if (isInDebt === (main.debtSince !== undefined)) return [];
  const key = debtKey(accountId);
  return [{ write: isInDebt ? { table: WALLET, put: { ...key } } : { table: WALLET, delete: key } }];
}

function balanceWrite(accountId: string, main: Balance, add: Added, now: string): Update {
  const { fundsRevision, debtSince } = main;
  const isKnown = compare('fundsRevision', '=', fundsRevision);
  const when = all(
    exists(),
    fundsRevision === 0n ? any(absent('fundsRevision'), isKnown) : isKnown,
    compare('availablePico', '>=', -(add.availablePico ?? 0n)),
  );
  const { change, ...write } = changeBalance({ accountId }, add, when);
  const debtPico = main.debtPico + (add.debtPico ?? 0n);
  const update: Update = {
    ...write,
    change: {
      add: { ...change.add, fundsRevision: 1n },
      ...(debtPico > 0n && debtSince === undefined && { set: { debtSince: now } }),
      ...(debtPico === 0n && debtSince !== undefined && { remove: ['debtSince'] }),
    },
  };
  return (add.availablePico ?? 0n) > 0n ? endShortage(update) : update;
}
