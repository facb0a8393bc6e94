import type { Book, Entry, EntryKind, Transfer } from './entry';

type Move = `${Book}>${Book}`;

const CHARGE_MOVES: readonly Move[] = ['available>spent', 'operatorLoss>overrun'];

/** The books that each kind may move money between. A hold that ends without a charge moves nothing. */
const MOVES: { readonly [kind in EntryKind]: readonly Move[] } = {
  credit: ['funded>available'],
  charge: CHARGE_MOVES,
  lease: CHARGE_MOVES,
  adjustment: CHARGE_MOVES,
  release: [],
  expire: [],
};

/** The first transfer that is not valid in its entry: its amount is not positive, or the books are the wrong ones. */
export function entryFault(entry: Entry): Transfer | undefined {
  const moves = MOVES[entry.kind];
  return entry.transfers.find(({ from, to, amountPico }) => amountPico <= 0n || !moves.includes(`${from}>${to}`));
}
