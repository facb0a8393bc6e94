import { z } from 'zod';
import { openValue } from '../../../contracts/storage/open-values';
import { ENTRY_PREFIX } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { absent } from '../../table/condition';
import type { Put } from '../../table/table-store';
import type { Item, Key } from '../../table/value';
import type { Counting } from '../holds/counting';

/**
 * The books that money moves between. `funded` is what the account paid in, `operatorLoss` pays for usage that the
 * account is not charged for, and `overrun` counts that usage.
 */
export const BOOKS = ['funded', 'available', 'spent', 'refunded', 'operatorLoss', 'overrun'] as const;
export type Book = (typeof BOOKS)[number];

/**
 * - `credit`: a payment.
 * - `charge`, `release`, `expire`: the three ways in which a hold ends.
 * - `lease`: the end of a lease, with the charges of its requests together.
 * - `adjustment`: what a settle charged after its hold had expired.
 */
export const ENTRY_KINDS = ['credit', 'charge', 'lease', 'release', 'expire', 'adjustment'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

const transferSchema = z.object({ from: openValue(BOOKS), to: openValue(BOOKS), amountPico: z.bigint() });

const entrySchema = z.object({
  sk: z.string(),
  kind: openValue(ENTRY_KINDS),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  requestId: z.string().optional(),
  /** The amount of the hold or the lease; 0 for a credit. */
  heldPico: z.bigint().nonnegative(),
  /** The price version of the charge. Any charge can be recomputed from it and the usage record. */
  priceVersion: z.string().optional(),
  /** Only for a lease: the price versions of its charges, and how many requests it served. */
  priceVersions: z.array(z.string()).optional(),
  requests: z.bigint().optional(),
  /** Only for a request whose key has counted limits: the counters, and the window of the budget. */
  counterId: z.string().optional(),
  budgetWindow: z.string().optional(),
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
export const countedIn = (counting: Counting | undefined): Pick<Entry, 'counterId' | 'budgetWindow'> =>
  counting ? { counterId: counting.counterId, ...(counting.budget && { budgetWindow: counting.budget.window }) } : {};

/** The write of an entry. An entry never changes, so the write fails if one exists. */
export function putEntry(key: Key, entry: NewEntry): Put {
  const { kind, at, requestId, heldPico, priceVersion, priceVersions, requests, counterId, budgetWindow } = entry;
  const item: Item = {
    ...key,
    kind,
    at,
    heldPico,
    ...(requestId !== undefined && { requestId }),
    ...(priceVersion !== undefined && { priceVersion }),
    ...(priceVersions !== undefined && { priceVersions }),
    ...(requests !== undefined && { requests }),
    ...(counterId !== undefined && { counterId }),
    ...(budgetWindow !== undefined && { budgetWindow }),
    transfers: entry.transfers.map(({ from, to, amountPico }) => ({ from, to, amountPico })),
  };
  return { table: WALLET, put: item, when: absent() };
}

export function decodeEntry(item: Item): Entry {
  const { sk, ...entry } = entrySchema.parse(item);
  return { entryId: sk.slice(ENTRY_PREFIX.length), ...entry };
}

/** How much an entry moved into one book, in pico-dollars. */
export function movedInto(book: Book, entry: Entry): bigint {
  return entry.transfers.reduce((sum, transfer) => (transfer.to === book ? sum + transfer.amountPico : sum), 0n);
}
