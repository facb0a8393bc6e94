import type { Book, Entry, EntryKind, Transfer } from './entry';

type Move = `${Book}>${Book}`;

const CHARGE_MOVES: readonly Move[] = ['available>spent', 'operatorLoss>overrun'];

/** Which books each kind may move money between. The end of a hold without a charge moves none. */
const MOVES: { readonly [kind in EntryKind]: readonly Move[] } = {
  credit: ['funded>available'],
  charge: CHARGE_MOVES,
  lease: CHARGE_MOVES,
  adjustment: CHARGE_MOVES,
  release: [],
  expire: [],
};

/** The first transfer that its entry must not have: of nothing, of less than nothing, or between the wrong books. */
export function entryFault(entry: Entry): Transfer | undefined {
  const moves = MOVES[entry.kind];
  return entry.transfers.find(({ from, to, amountPico }) => amountPico <= 0n || !moves.includes(`${from}>${to}`));
}
