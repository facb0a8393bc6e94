import { SHARDS } from '../../../contracts/storage/table-keys/key-parts';
import { larger } from '../../money/pico';
import { commit } from '../../table/commit';
import { compare, exists } from '../../table/condition';
import type { TableStore } from '../../table/table-store';
import { newTransactionToken } from '../../table/transaction-token';
import type { FundsDependencies } from '../dependencies';
import { RESERVE_RETRY, retryOrUnavailable } from '../retry';
import type { Balance, BalancePart } from './balance';
import { changeBalance, readPart, sumOfBalances } from './balance';
import { REFILL_LEASES_MIN, REFILL_SHARE, REFILLS_MIN } from './refills';

/** The account's balance: the sum of its main balance and its drawers. The parts are not read atomically. */
export async function readBalance(store: TableStore, accountId: string): Promise<Balance | undefined> {
  const balance = await readPart(store, { accountId });
  if (!balance) return undefined;
  const drawers = await readDrawers(store, balance, accountId);
  return [...drawers.values()].reduce(sumOfBalances, balance);
}

/** The drawers of an account that exist, by name. */
export async function readDrawers(
  store: TableStore,
  { hasDrawers }: Pick<Balance, 'hasDrawers'>,
  accountId: string,
): Promise<ReadonlyMap<string, Balance>> {
  if (!hasDrawers) return new Map();
  const read = async (drawer: string) => [drawer, await readPart(store, { accountId, drawer })] as const;
  const drawers = await Promise.all(SHARDS.map(read));
  return new Map(drawers.flatMap(([drawer, balance]) => (balance ? [[drawer, balance] as const] : [])));
}

/**
 * Moves the money of several leases from the main balance into a drawer. The amount grows with the balance, so the main
 * balance of a rich account is written rarely. It needs no ledger entry, because neither a fault nor a repeat changes
 * the sum. It makes only one attempt, because contention here means that other requests are already filling drawers.
 * @returns false when the main balance has too little money
 */
export async function refillDrawer(
  { store }: FundsDependencies,
  drawer: BalancePart,
  leasePico: bigint,
): Promise<boolean> {
  const main = { accountId: drawer.accountId };
  const balance = await readPart(store, main);
  if (!balance) return false;
  const amountPico = larger(balance.availablePico / REFILL_SHARE, leasePico * REFILL_LEASES_MIN);
  const isAmple = compare('availablePico', '>=', amountPico * REFILLS_MIN);
  const taking = changeBalance(main, { availablePico: -amountPico }, isAmple);
  const writes = [
    {
      write: { ...taking, change: { ...taking.change, set: { hasDrawers: true } } },
      otherwise: () => 'too_little' as const,
    },
    // Sets every amount that a drawer has, because the drawer may be new.
    { write: changeBalance(drawer, { availablePico: amountPico, heldPico: 0n, spentPico: 0n }) },
  ];
  const refusals = await commit(store, writes, newTransactionToken());
  return refusals.length === 0;
}

/**
 * Moves the money in an account's drawers back to its main balance, because money is scarce. Leases keep theirs.
 * @returns what the leases hold, in pico-dollars
 */
export async function emptyDrawers(dependencies: FundsDependencies, accountId: string): Promise<bigint> {
  const { store, timing } = dependencies;
  const drawers = await retryOrUnavailable(RESERVE_RETRY, timing, () =>
    readDrawers(store, { hasDrawers: true }, accountId),
  );
  for (const [drawer, { availablePico }] of drawers) {
    if (availablePico > 0n) await emptyDrawer(dependencies, { accountId, drawer }, availablePico);
  }
  return [...drawers.values()].reduce((sum, { heldPico }) => sum + heldPico, 0n);
}

function emptyDrawer({ store, timing }: FundsDependencies, drawer: BalancePart, amountPico: bigint): Promise<void> {
  const { accountId } = drawer;
  const isThere = compare('availablePico', '>=', amountPico);
  const writes = [
    {
      write: changeBalance(drawer, { availablePico: -amountPico }, isThere),
      // A lease took money from the drawer, or another request emptied it.
      otherwise: () => 'taken_meanwhile' as const,
    },
    { write: changeBalance({ accountId }, { availablePico: amountPico }, exists()) },
  ];
  const token = newTransactionToken();
  return retryOrUnavailable(RESERVE_RETRY, timing, async () => {
    await commit(store, writes, token);
  });
}
