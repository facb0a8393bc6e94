import { SHARDS } from '../../../contracts/storage/table-keys';
import { larger } from '../../money/pico';
import { tryCommit } from '../../table/commit';
import { compare, exists } from '../../table/condition';
import type { TableStore } from '../../table/table-store';
import type { Balance, BalancePlace } from './balance';
import { changeBalance, readPlace, sumOfBalances } from './balance';
import type { Ledger } from '../ledger/ledger';
import { callToken } from '../ledger/ledger';
import { retryOrUnavailable, RESERVE_RETRY } from '../retry';

/** A drawer is filled with this part of the main balance, */
const REFILL_SHARE = 256n;
/** and for no fewer leases than this. */
const REFILL_LEASES_MIN = 8n;
/** A main balance that could not fill this many drawers keeps its money: requests then hold their own. */
const REFILLS_MIN = BigInt(SHARDS.length);

/** The account's balance: the main one and, where there are any, all its drawers. Not read at one moment. */
export async function readBalance(store: TableStore, accountId: string): Promise<Balance | undefined> {
  const balance = await readPlace(store, { accountId });
  if (!balance) return undefined;
  const drawers = await readDrawers(store, balance, accountId);
  return [...drawers.values()].reduce(sumOfBalances, balance);
}

/** An account's drawers that exist, by name. */
export async function readDrawers(
  store: TableStore,
  { hasDrawers }: Pick<Balance, 'hasDrawers'>,
  accountId: string,
): Promise<ReadonlyMap<string, Balance>> {
  if (!hasDrawers) return new Map();
  const read = async (drawer: string) => [drawer, await readPlace(store, { accountId, drawer })] as const;
  const drawers = await Promise.all(SHARDS.map(read));
  return new Map(drawers.flatMap(([drawer, balance]) => (balance ? [[drawer, balance] as const] : [])));
}

/**
 * Moves what some leases need from the main balance into a drawer: the more there is, the more, so that a rich account's
 * main balance is written seldom. It conserves money whatever is lost or repeated, so its entries would tell nothing.
 * One attempt: where it meets others, they are filling drawers too.
 * @returns false when the main balance keeps its money for itself
 */
export async function refillDrawer(ledger: Ledger, place: BalancePlace, leasePico: bigint): Promise<boolean> {
  const { accountId } = place;
  const main = await readPlace(ledger.store, { accountId });
  if (!main) return false;
  const amountPico = larger(main.availablePico / REFILL_SHARE, leasePico * REFILL_LEASES_MIN);
  const isAmple = compare('availablePico', '>=', amountPico * REFILLS_MIN);
  const taking = changeBalance({ accountId }, { availablePico: -amountPico }, isAmple);
  const amounts = { availablePico: amountPico, heldPico: 0n, spentPico: 0n };
  const { when: _always, ...giving } = changeBalance(place, amounts, exists());
  const fromMain = { ...taking, change: { ...taking.change, set: { hasDrawers: true } } };
  const writes = [{ write: fromMain, otherwise: () => 'too_little' as const }, { write: giving }];
  const refusals = await tryCommit(ledger.store, writes, callToken());
  return refusals.length === 0;
}

/** Brings what lies in an account's drawers back to its main balance: money is scarce. What is leased stays where it is. */
export async function emptyDrawers(ledger: Ledger, accountId: string): Promise<void> {
  const { store, timing } = ledger;
  const drawers = await retryOrUnavailable(RESERVE_RETRY, timing, () =>
    readDrawers(store, { hasDrawers: true }, accountId),
  );
  for (const [drawer, { availablePico }] of drawers) {
    if (availablePico > 0n) await emptyDrawer(ledger, accountId, drawer, availablePico);
  }
}

function emptyDrawer(ledger: Ledger, accountId: string, drawer: string, amountPico: bigint): Promise<void> {
  const isThere = compare('availablePico', '>=', amountPico);
  const fromDrawer = changeBalance({ accountId, drawer }, { availablePico: -amountPico }, isThere);
  const writes = [
    // Another lease took money from the drawer, or another process emptied it.
    { write: fromDrawer, otherwise: () => 'taken' as const },
    { write: changeBalance({ accountId }, { availablePico: amountPico }, exists()) },
  ];
  const token = callToken();
  return retryOrUnavailable(RESERVE_RETRY, ledger.timing, async () => {
    await tryCommit(ledger.store, writes, token);
  });
}
