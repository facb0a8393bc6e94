import type { Book, Entry, EntryKind, Transfer } from './entry';

type Move = `${Book}>${Book}`;

const CHARGE_MOVES: readonly Move[] = ['available>spent', 'operatorLoss>overrun'];

/** The books between which each kind of entry may move money. A hold that ends without a charge moves none. */
const MOVES: { readonly [kind in EntryKind]: readonly Move[] } = {
  credit: ['funded>available'],
  charge: CHARGE_MOVES,
  lease: CHARGE_MOVES,
  adjustment: CHARGE_MOVES,
  release: [],
  expire: [],
};

/** The first invalid transfer of an entry: its amount is not positive, or its kind may not move between these books. */
export function entryFault(entry: Entry): Transfer | undefined {
  const moves = MOVES[entry.kind];
  return entry.transfers.find(({ from, to, amountPico }) => amountPico <= 0n || !moves.includes(`${from}>${to}`));
}
