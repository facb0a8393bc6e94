import { z } from 'zod';
import { openValue } from '../../../contracts/storage/open-values';
import { ENTRY_PREFIX } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { absent } from '../../table/condition';
import type { Put } from '../../table/table-store';
import type { Item, Key } from '../../table/value';
import type { Counting } from '../holds/counting';

/**
 * The books that money moves between.
 * - `funded`, `promotion`, `creditLine`: what the account paid in, was granted, and may owe.
 * - `available`: what it can spend. Money that is held still counts as available here.
 * - `spent`, `refunded`, `expired`, `disputed`: what was charged, paid back, no longer valid, and taken back by the
 *   customer's bank.
 * - `debt`: what the account owes after a dispute.
 * - `operatorLoss` pays for usage that the account is not charged for, and `overrun` counts that usage.
 */
export const BOOKS = [
  'funded',
  'promotion',
  'creditLine',
  'available',
  'spent',
  'refunded',
  'expired',
  'disputed',
  'debt',
  'operatorLoss',
  'overrun',
] as const;
export type Book = (typeof BOOKS)[number];

/**
 * - `credit`: a payment.
 * - `charge`, `release`, `expire`: the three ways in which a hold ends.
 * - `lease`: the end of a lease, with the charges of its requests together.
 * - `adjustment`: what a settle charged after its hold had expired.
 * - `grant`, `grant_expiry`: promotional credit begins and ends.
 * - `line`: the credit line grows or shrinks.
 * - `refund`, `refund_return`: paid credit is paid back, and comes back because that failed.
 * - `dispute`, `dispute_won`: a bank takes a payment back, and returns it.
 * - `debt_payment`: what `available` pays of a debt.
 * - `forfeit`: what is left ends, because the account is being erased.
 */
export const ENTRY_KINDS = [
  'credit',
  'charge',
  'lease',
  'release',
  'expire',
  'adjustment',
  'grant',
  'grant_expiry',
  'line',
  'refund',
  'refund_return',
  'dispute',
  'dispute_won',
  'debt_payment',
  'forfeit',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

const transferSchema = z.object({ from: openValue(BOOKS), to: openValue(BOOKS), amountPico: z.bigint() });

export const entrySchema = z.object({
  sk: z.string(),
  kind: openValue(ENTRY_KINDS),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  requestId: z.string().optional(),
  /** The amount of the hold or the lease; 0 for every other entry. */
  heldPico: z.bigint().nonnegative(),
  /** The payment, grant or dispute that the entry is about, if its ID is not the entry's. */
  reference: z.string().optional(),
  /** A code that says why an operator made the entry, such as `goodwill`. */
  reason: z.string().optional(),
  /** Only for a change of promotional credit: the account's total of charges when it was decided. */
  spentPico: z.bigint().nonnegative().optional(),
  /** The price version of the charge. Any charge can be recomputed from it and the usage record. */
  priceVersion: z.string().optional(),
  /** Only for a lease: the price versions of its charges, and how many requests it served. */
  priceVersions: z.array(z.string()).optional(),
  requests: z.bigint().optional(),
  /** Only for a request whose key has counted limits: the counters, and the window of the budget. */
  counterId: z.string().optional(),
  budgetWindow: z.string().optional(),
  /** Only for a request that counted in budgets that it shares: their IDs and windows. */
  budgets: z.array(z.object({ budgetId: z.string(), window: z.string() })).optional(),
  transfers: z.array(transferSchema),
});

/** Moves a positive amount: it debits one book and credits the other, so every entry balances by construction. */
export type Transfer = Readonly<z.infer<typeof transferSchema>>;

/** One immutable record of the ledger. A reserve writes none, because held money still belongs to the account. */
export interface Entry extends Readonly<Omit<z.infer<typeof entrySchema>, 'sk' | 'transfers'>> {
  readonly entryId: string;
  readonly transfers: readonly Transfer[];
}

/** An entry as this release writes it. An entry that is read may be of a later release's kind. */
export type NewEntry = Omit<Entry, 'entryId' | 'kind'> & { readonly kind: EntryKind };

/** The transfers of an entry. Moves of 0 are left out. */
export function transfers(...moves: readonly (readonly [from: Book, to: Book, amountPico: bigint])[]): Transfer[] {
  return moves
    .filter(([, , amountPico]) => amountPico !== 0n)
    .map(([from, to, amountPico]) => ({ from, to, amountPico }));
}

/** The transfers of a charge: the account pays its part, the operator the rest. Amounts are pico-dollars. */
export const chargeTransfers = (charge: { readonly costPico: bigint; readonly overrunPico: bigint }): Transfer[] =>
  transfers(['available', 'spent', charge.costPico], ['operatorLoss', 'overrun', charge.overrunPico]);

/** The fields of an entry that name the counters, so that the verifier can replay them like the balance. */
export function countedIn(counting: Counting | undefined): Pick<Entry, 'counterId' | 'budgetWindow' | 'budgets'> {
  if (!counting) return {};
  const { counterId, budget, shared } = counting;
  const budgets = shared?.map(({ budgetId, window }) => ({ budgetId, window }));
  return { counterId, ...(budget && { budgetWindow: budget.window }), ...(budgets && { budgets }) };
}

/** The write of an entry. An entry never changes, so the write fails if one exists. */
export function putEntry(key: Key, entry: NewEntry): Put {
  const { kind, at, requestId, heldPico, priceVersion, priceVersions, requests, counterId, budgetWindow } = entry;
  const { reference, reason, spentPico, budgets } = entry;
  const item: Item = {
    ...key,
    kind,
    at,
    heldPico,
    ...(requestId !== undefined && { requestId }),
    ...(reference !== undefined && { reference }),
    ...(reason !== undefined && { reason }),
    ...(spentPico !== undefined && { spentPico }),
    ...(priceVersion !== undefined && { priceVersion }),
    ...(priceVersions !== undefined && { priceVersions }),
    ...(requests !== undefined && { requests }),
    ...(counterId !== undefined && { counterId }),
    ...(budgetWindow !== undefined && { budgetWindow }),
    ...(budgets && { budgets: budgets.map(({ budgetId, window }) => ({ budgetId, window })) }),
    transfers: entry.transfers.map(({ from, to, amountPico }) => ({ from, to, amountPico })),
  };
  return { table: WALLET, put: item, when: absent() };
}

export function decodeEntry(item: Item): Entry {
  const { sk, ...entry } = entrySchema.parse(item);
  return { entryId: sk.slice(ENTRY_PREFIX.length), ...entry };
}

/** How much an entry moved into one book, in pico-dollars. */
export function movedInto(book: Book, entry: Pick<Entry, 'transfers'>): bigint {
  return entry.transfers.reduce((sum, transfer) => (transfer.to === book ? sum + transfer.amountPico : sum), 0n);
}
