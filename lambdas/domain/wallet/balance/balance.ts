import { z } from 'zod';
import { balanceKey } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import type { Condition } from '../../table/condition';
import { absent } from '../../table/condition';
import type { Get, Put, TableStore, Update } from '../../table/table-store';
import type { Item } from '../../table/value';

const amount = z.bigint();

/** Where money is: an account's main balance, or one of the drawers that its leases draw on. */
export interface BalancePlace {
  readonly accountId: string;
  /** @default the main balance */
  readonly drawer?: string | undefined;
}

/** All amounts are pico-dollars and never negative; funded = available + held + spent + refunded. */
const balanceSchema = z.object({
  availablePico: amount,
  heldPico: amount,
  spentPico: amount,
  // A drawer has neither: payments and refunds are the main balance's.
  fundedPico: amount.default(0n),
  refundedPico: amount.default(0n),
  /** Counts the changes, so that a reader of several items can tell whether they belong together. */
  revision: z.bigint(),
  /** Whether money was ever put into drawers: then the account's balance is the sum of all of them. */
  hasDrawers: z.boolean().default(false),
  /** Epoch milliseconds until which its requests draw on leases, so that a new process knows before it adds to the crowd. */
  hotUntil: z.bigint().default(0n),
  /** Present while an operator has suspended the account: nothing is held any more. */
  suspendedAt: z.iso.datetime().optional(),
});

export type Balance = Readonly<z.infer<typeof balanceSchema>>;
type AmountName = Exclude<keyof Balance, 'revision' | 'hasDrawers' | 'hotUntil' | 'suspendedAt'>;

export const AMOUNT_NAMES: readonly AmountName[] = [
  'availablePico',
  'heldPico',
  'spentPico',
  'fundedPico',
  'refundedPico',
];

const EMPTY_BALANCE: Balance = {
  availablePico: 0n,
  heldPico: 0n,
  spentPico: 0n,
  fundedPico: 0n,
  refundedPico: 0n,
  revision: 0n,
  hasDrawers: false,
  hotUntil: 0n,
};

/** An account's wallet begins empty, and once. */
export const openBalance = (accountId: string): Put => ({
  table: WALLET,
  put: { ...balanceKey(accountId), ...EMPTY_BALANCE },
  when: absent(),
});

export const decodeBalance = (item: Item): Balance => balanceSchema.parse(item);

/** One place's balance; the account's other places are not read. */
export async function readPlace(
  store: TableStore,
  { accountId, drawer }: BalancePlace,
  options: Pick<Get, 'consistent'> = {},
): Promise<Balance | undefined> {
  const item = await store.get({ table: WALLET, key: balanceKey(accountId, drawer), ...options });
  return item && decodeBalance(item);
}

/**
 * Suspends an account's main balance, or resumes it. One that was never opened is opened with it, so that it is not
 * open to requests later.
 */
export function suspendBalance(accountId: string, suspendedAt: string | undefined): Update {
  const change = suspendedAt === undefined ? { remove: ['suspendedAt'] } : { set: { suspendedAt } };
  const add = { availablePico: 0n, heldPico: 0n, spentPico: 0n, revision: 1n };
  return { table: WALLET, update: balanceKey(accountId), change: { ...change, add } };
}

/** Two places' money together. */
export function sumOfBalances(sum: Balance, other: Balance): Balance {
  const amounts = Object.fromEntries(AMOUNT_NAMES.map((name) => [name, sum[name] + other[name]]));
  return { ...sum, ...amounts, revision: sum.revision + other.revision };
}

/** A change of one balance. An absent amount does not change. */
export function changeBalance(
  { accountId, drawer }: BalancePlace,
  add: { readonly [name in AmountName]?: bigint },
  when: Condition,
): Update {
  return { table: WALLET, update: balanceKey(accountId, drawer), change: { add: { ...add, revision: 1n } }, when };
}
