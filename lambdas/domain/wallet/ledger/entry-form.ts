import { isKnown } from '../../../contracts/storage/open-values';
import { type Book, type Entry, ENTRY_KINDS, type EntryKind, type Transfer } from './entry';

type Move = `${Book}>${Book}`;

const CHARGE_MOVES: readonly Move[] = ['available>spent', 'operatorLoss>overrun'];

/** The books between which each kind of entry may move money. A hold that ends without a charge moves none. */
const MOVES: { readonly [kind in EntryKind]: readonly Move[] } = {
  credit: ['funded>available', 'funded>debt'],
  charge: CHARGE_MOVES,
  lease: CHARGE_MOVES,
  adjustment: CHARGE_MOVES,
  release: [],
  expire: [],
  grant: ['promotion>available'],
  grant_expiry: ['available>expired'],
  line: ['creditLine>available', 'available>creditLine'],
  refund: ['available>refunded', 'operatorLoss>overrun'],
  refund_return: ['refunded>available', 'overrun>operatorLoss'],
  dispute: ['available>disputed', 'debt>disputed'],
  dispute_won: ['disputed>available', 'disputed>debt'],
  debt_payment: ['available>debt'],
  forfeit: ['available>expired'],
};

/**
 * The first invalid transfer of an entry: its amount is not positive, or its kind may not move between these books. An
 * entry of a kind that only a later release knows may move between any.
 */
export function entryFault({ kind, transfers }: Entry): Transfer | undefined {
  const moves: readonly string[] | undefined = isKnown(ENTRY_KINDS, kind) ? MOVES[kind] : undefined;
  return transfers.find(({ from, to, amountPico }) => amountPico <= 0n || moves?.includes(`${from}>${to}`) === false);
}
