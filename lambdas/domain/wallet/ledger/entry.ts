import { z } from 'zod';
import { ENTRY_PREFIX } from '../../../contracts/storage/table-keys';
import { WALLET } from '../../../contracts/storage/tables';
import { absent } from '../../table/condition';
import type { Put } from '../../table/table-store';
import type { Item, Key } from '../../table/value';
import type { Counting } from '../holds/counting';

/**
 * The books between which money moves. `funded` is the customer's payments, `operatorLoss` is what
 * the operator pays for usage above a hold, and `overrun` is where that usage is counted.
 */
export const BOOKS = ['funded', 'available', 'spent', 'refunded', 'operatorLoss', 'overrun'] as const;
export type Book = (typeof BOOKS)[number];

/**
 * - `credit`: a payment.
 * - `lease`: the end of a lease: the charges of its requests together.
 * - `charge`, `release`, `expire`: the three ends of a hold.
 * - `adjustment`: what a settle still charged after its hold had expired.
 */
export const ENTRY_KINDS = ['credit', 'charge', 'lease', 'release', 'expire', 'adjustment'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

const transferSchema = z.object({ from: z.enum(BOOKS), to: z.enum(BOOKS), amountPico: z.bigint() });

const entrySchema = z.object({
  sk: z.string(),
  kind: z.enum(ENTRY_KINDS),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  requestId: z.string().optional(),
  /** What the hold held; 0 for a credit. */
  heldPico: z.bigint().nonnegative(),
  /** The price version of the charge: with the usage record, any charge can be recomputed. */
  priceVersion: z.string().optional(),
  /** Of a lease: the price versions of its charges, and how many requests they were. */
  priceVersions: z.array(z.string()).optional(),
  requests: z.bigint().optional(),
  /** Of a request whose key has rules that count: whose counters, and which window of a budget. */
  counterId: z.string().optional(),
  budgetWindow: z.string().optional(),
  transfers: z.array(transferSchema),
});

/** Moves a positive amount: debits one book and credits the other, so every entry balances by its form. */
export type Transfer = Readonly<z.infer<typeof transferSchema>>;

/** One immutable record of the ledger. Reserving is none: held money is still the customer's. */
export interface Entry extends Readonly<Omit<z.infer<typeof entrySchema>, 'sk' | 'transfers'>> {
  readonly entryId: string;
  readonly transfers: readonly Transfer[];
}

/** Leaves out what moves nothing: an entry has no empty transfer. */
export function transfers(...moves: readonly (readonly [from: Book, to: Book, amountPico: bigint])[]): Transfer[] {
  return moves
    .filter(([, , amountPico]) => amountPico !== 0n)
    .map(([from, to, amountPico]) => ({ from, to, amountPico }));
}

/** What a charge moves: from the customer what was held for it, from the operator the rest. In pico-dollars. */
export const chargeTransfers = (charge: { readonly costPico: bigint; readonly overrunPico: bigint }): Transfer[] =>
  transfers(['available', 'spent', charge.costPico], ['operatorLoss', 'overrun', charge.overrunPico]);

/** Where an entry is counted, so that the counters can be replayed as the balance is. */
export const countedIn = (counting: Counting | undefined): Pick<Entry, 'counterId' | 'budgetWindow'> =>
  counting ? { counterId: counting.counterId, ...(counting.budget && { budgetWindow: counting.budget.window }) } : {};

/** Only ever put where nothing is: an entry never changes. */
export function putEntry(key: Key, entry: Omit<Entry, 'entryId'>): Put {
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

/** What an entry moved into one book, in pico-dollars. */
export function movedInto(book: Book, entry: Entry): bigint {
  return entry.transfers.reduce((sum, transfer) => (transfer.to === book ? sum + transfer.amountPico : sum), 0n);
}
