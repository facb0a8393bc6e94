import { larger, lesser } from '../../money/pico';
import { type Book, type Entry, movedInto } from '../../wallet/ledger/entry';

/** An account's money by where it came from, in pico-dollars; or how an event changed it. Held money is included. */
export interface Parts {
  readonly promotionalPico: bigint;
  readonly paidPico: bigint;
  /** The part of the credit line that is used. */
  readonly owedPico: bigint;
  /** The debt of a dispute. */
  readonly debtPico: bigint;
  readonly creditLinePico: bigint;
}

export const NO_PARTS: Parts = { promotionalPico: 0n, paidPico: 0n, owedPico: 0n, debtPico: 0n, creditLinePico: 0n };

const combined = (one: Parts, other: Parts, sign: 1n | -1n): Parts => ({
  promotionalPico: one.promotionalPico + sign * other.promotionalPico,
  paidPico: one.paidPico + sign * other.paidPico,
  owedPico: one.owedPico + sign * other.owedPico,
  debtPico: one.debtPico + sign * other.debtPico,
  creditLinePico: one.creditLinePico + sign * other.creditLinePico,
});

export const sumOf = (one: Parts, other: Parts): Parts => combined(one, other, 1n);
const differenceOf = (one: Parts, other: Parts): Parts => combined(one, other, -1n);

export const isNothing = (parts: Parts): boolean => Object.values(parts).every((pico) => pico === 0n);

/**
 * An account's money as its entries leave it. The parts follow from totals, as they do in the wallet (`creditParts`), so
 * entries can be applied in any order, and charges also as a sum.
 */
export class AccountState {
  #availablePico = 0n;
  #spentPico = 0n;
  #debtPico = 0n;
  #linePico = 0n;
  /** The payments, without what was paid back or is disputed. */
  #fundedPico = 0n;
  readonly #grantChanges: Entry[] = [];

  /** The payments so far, without what was paid back or taken back, in pico-dollars. */
  get fundedPico(): bigint {
    return this.#fundedPico;
  }

  /** @returns how the parts change */
  apply(entry: Entry): Parts {
    return this.#changed(() => {
      this.#availablePico += moved(entry, 'available');
      this.#spentPico += moved(entry, 'spent');
      this.#debtPico -= moved(entry, 'debt');
      this.#linePico -= moved(entry, 'creditLine');
      this.#fundedPico -= moved(entry, 'funded') + moved(entry, 'refunded') + moved(entry, 'disputed');
      if (entry.spentPico !== undefined) this.#grantChanges.push(entry);
    });
  }

  /** Applies the sum of some charges. @returns how the parts change */
  charge(pico: bigint): Parts {
    return this.#changed(() => {
      this.#availablePico -= pico;
      this.#spentPico += pico;
    });
  }

  parts(): Parts {
    const promotionalPico = lesser(this.#promotionalLeft(), this.#availablePico);
    const unusedPico = lesser(this.#linePico, this.#availablePico - promotionalPico);
    return {
      promotionalPico,
      paidPico: this.#availablePico - promotionalPico - unusedPico,
      owedPico: this.#linePico - unusedPico,
      debtPico: this.#debtPico,
      creditLinePico: this.#linePico,
    };
  }

  #changed(change: () => void): Parts {
    const before = this.parts();
    change();
    return differenceOf(this.parts(), before);
  }

  /** Charges take promotional credit first, from the total of charges at which it was granted. */
  #promotionalLeft(): bigint {
    // Each change of an account's promotional credit was decided after the one before, so their totals only grow.
    const changes = [...this.#grantChanges].sort(
      ({ spentPico: one = 0n }, { spentPico: other = 0n }) => Number(one > other) - Number(one < other),
    );
    let leftPico = 0n;
    let atPico = 0n;
    for (const { spentPico = 0n, ...change } of changes) {
      leftPico = larger(0n, leftPico - (spentPico - atPico)) + moved(change, 'available');
      atPico = spentPico;
    }
    return larger(0n, leftPico - larger(0n, this.#spentPico - atPico));
  }
}

/** How much more an entry moved into a book than out of it, in pico-dollars. */
function moved(entry: Pick<Entry, 'transfers'>, book: Book): bigint {
  const out = entry.transfers.filter(({ from }) => from === book).reduce((sum, { amountPico }) => sum + amountPico, 0n);
  return movedInto(book, entry) - out;
}
