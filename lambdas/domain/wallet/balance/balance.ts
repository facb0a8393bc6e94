import { z } from 'zod';
import { HOLD_MODES, type HoldMode } from '../../../contracts/deployment/hold-mode';
import { openValue } from '../../../contracts/storage/open-values';
import { balanceKey } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import type { Change, Condition } from '../../table/condition';
import { absent, all, any, compare, exists } from '../../table/condition';
import type { Get, Put, TableStore, Update } from '../../table/table-store';
import type { Item } from '../../table/value';

const amount = z.bigint();

/** One part of an account's balance: the main balance, or one of the drawers that its leases are taken from. */
export interface BalancePart {
  readonly accountId: string;
  /** @default the main balance */
  readonly drawer?: string | undefined;
}

/**
 * All amounts are pico-dollars and never negative; funded + granted + line + debt = available + held + spent + refunded +
 * expired + disputed.
 */
export const balanceSchema = z.object({
  availablePico: amount,
  heldPico: amount,
  spentPico: amount,
  // A drawer has none of the following: money comes in and goes out through the main balance.
  fundedPico: amount.default(0n),
  refundedPico: amount.default(0n),
  /** Promotional credit that was granted, and the part of it that expired. */
  grantedPico: amount.default(0n),
  expiredPico: amount.default(0n),
  /** The account's credit line. */
  linePico: amount.default(0n),
  /** Payments that are disputed or were lost in a dispute, and the part of them that the account owes. */
  disputedPico: amount.default(0n),
  debtPico: amount.default(0n),
  /** Present while the account owes money after a dispute: no new hold may be taken. */
  debtSince: z.iso.datetime().optional(),
  /** Counts the changes of everything but holds and charges, so that such a change notices another one. */
  fundsRevision: z.bigint().default(0n),
  /** Counts the changes, so that a reader of several items can tell whether they belong together. */
  revision: z.bigint(),
  /** Whether a drawer was ever filled. The account's balance is then the sum of the main balance and the drawers. */
  hasDrawers: z.boolean().default(false),
  /**
   * Epoch milliseconds until which the account's requests draw on leases. It tells a new process that the balance is
   * contended before that process adds to the contention.
   */
  hotUntil: z.bigint().default(0n),
  /** Present while the account is suspended: no new hold may be taken. */
  suspendedAt: z.iso.datetime().optional(),
  /** Present once the account is being erased and nothing is left: nothing is credited any more. */
  closedAt: z.iso.datetime().optional(),
  /** Present if the account's holds never roll: each is the most that its request can cost. */
  holds: openValue(HOLD_MODES).optional(),
  /**
   * The version of the account's spending rules. A hold is taken only by a process that knows them, so that no request of
   * an account without such rules reads them.
   */
  rulesVersion: z.bigint().default(0n),
  /** Epoch milliseconds until which no new hold rolls, because the money of a running request did not last. */
  cutUntil: z.bigint().optional(),
  /** Epoch milliseconds until which no new hold rolls, because a request cost more than the account could pay. */
  lossUntil: z.bigint().optional(),
});

export type Balance = Readonly<z.infer<typeof balanceSchema>>;

export const AMOUNT_NAMES = [
  'availablePico',
  'heldPico',
  'spentPico',
  'fundedPico',
  'refundedPico',
  'grantedPico',
  'expiredPico',
  'linePico',
  'disputedPico',
  'debtPico',
] as const;
export type AmountName = (typeof AMOUNT_NAMES)[number];

/** Amounts that are left out are 0. */
const EMPTY_BALANCE = {
  availablePico: 0n,
  heldPico: 0n,
  spentPico: 0n,
  fundedPico: 0n,
  refundedPico: 0n,
  revision: 0n,
  hasDrawers: false,
  hotUntil: 0n,
};

/** The write that opens an empty wallet for an account. It fails if the wallet is already open. */
export const openBalance = (accountId: string): Put => ({
  table: WALLET,
  put: { ...balanceKey(accountId), ...EMPTY_BALANCE },
  when: absent(),
});

export const decodeBalance = (item: Item): Balance => balanceSchema.parse(item);

/** Reads one part of an account's balance. */
export async function readPart(
  store: TableStore,
  { accountId, drawer }: BalancePart,
  options: Pick<Get, 'consistent'> = {},
): Promise<Balance | undefined> {
  const item = await store.get({ table: WALLET, key: balanceKey(accountId, drawer), ...options });
  return item && decodeBalance(item);
}

/**
 * The write that suspends or resumes an account's main balance. It opens a wallet that is not open yet, so that the
 * wallet cannot be opened unsuspended later.
 * @param suspendedAt ISO 8601, UTC; undefined to resume
 */
export function suspendBalance(accountId: string, suspendedAt: string | undefined): Update {
  return markBalance(accountId, suspendedAt === undefined ? { remove: ['suspendedAt'] } : { set: { suspendedAt } });
}

/**
 * The write that sets how much the new holds of an account are. Like a suspension, it opens a wallet that is not open
 * yet.
 */
export const setHoldsOfBalance = (accountId: string, holds: HoldMode): Update =>
  markBalance(accountId, holds === 'rolling' ? { remove: ['holds'] } : { set: { holds } });

/**
 * The write that closes an empty balance for good. A change that was decided before, and is committed after it, notices.
 * @param closedAt ISO 8601, UTC
 */
export const closeBalance = (accountId: string, closedAt: string): Update => ({
  table: WALLET,
  update: balanceKey(accountId),
  change: { set: { closedAt }, add: { revision: 1n, fundsRevision: 1n } },
  when: all(
    exists(),
    compare('availablePico', '=', 0n),
    compare('heldPico', '=', 0n),
    any(absent('debtPico'), compare('debtPico', '=', 0n)),
  ),
});

/** The write that has new holds follow the given version of the account's spending rules. */
export const setRulesVersionOfBalance = (accountId: string, version: number): Update =>
  markBalance(accountId, { set: { rulesVersion: BigInt(version) } });

/** The condition that the account's spending rules are still of a known version. @param version 0 for no rules */
export const hasRulesVersion = (version: bigint): Condition =>
  version === 0n ? absent('rulesVersion') : compare('rulesVersion', '=', version);

function markBalance(accountId: string, change: Pick<Change, 'set' | 'remove'>): Update {
  const add = { availablePico: 0n, heldPico: 0n, spentPico: 0n, revision: 1n };
  return { table: WALLET, update: balanceKey(accountId), change: { ...change, add } };
}

/** Adds up two parts of a balance. */
export function sumOfBalances(sum: Balance, other: Balance): Balance {
  const amounts = Object.fromEntries(AMOUNT_NAMES.map((name) => [name, sum[name] + other[name]]));
  return { ...sum, ...amounts, revision: sum.revision + other.revision };
}

/** Holds may be taken only from a main balance that is neither suspended nor in debt. */
export const ACCEPTS_HOLDS: Condition = all(absent('suspendedAt'), absent('debtSince'));

/** The write that changes one part of a balance. An amount that is not named does not change. */
export function changeBalance(
  { accountId, drawer }: BalancePart,
  add: { readonly [name in AmountName]?: bigint },
  when?: Condition,
): Update {
  const update = balanceKey(accountId, drawer);
  return { table: WALLET, update, change: { add: { ...add, revision: 1n } }, ...(when && { when }) };
}
