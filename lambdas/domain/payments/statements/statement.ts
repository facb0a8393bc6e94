import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import type { TableStore } from '../../table/table-store';
import { type Entry, movedInto } from '../../wallet/ledger/entry';
import { everyChange } from '../../wallet/ledger/every-entry';
import { visitCharges } from '../../wallet/ledger/visit-charges';
import { AccountState, isNothing, NO_PARTS, type Parts, sumOf } from './account-state';
import { type ClosingsOptions, spentUntil } from './closings';
import { boundsOf, monthBefore } from './month';

const DAY_CHARACTERS = 10;

/** One event of a month, or the charges of a day. The parts are changes. */
export interface StatementLine extends Parts {
  /** The time of an event, or the day of charges, such as `2026-11-20`. UTC. */
  readonly at: string;
  /** The kind of entry; `charges` for those of a day. */
  readonly kind: string;
  readonly entryId?: string | undefined;
  readonly reference?: string | undefined;
  readonly reason?: string | undefined;
  /** How many requests were charged. */
  readonly requests?: bigint | undefined;
}

/** An account's month. The parts of `opening` and of all lines together are those of `closing`. */
export interface Statement {
  readonly accountId: string;
  /** Such as `2026-11`, UTC. */
  readonly month: string;
  /** Whether the month is over. */
  readonly isOver: boolean;
  readonly opening: Parts;
  readonly closing: Parts;
  readonly lines: readonly StatementLine[];
}

/**
 * Writes the statement of an account's month. It reads the month's charges, of which it only keeps sums, and all of the
 * few entries that are no charges. Earlier charges are in the closing of the month before; see `closeMonths`.
 * @param month such as `2026-11`
 */
export async function statementOf(
  { store, clock }: ClosingsOptions,
  accountId: string,
  month: string,
): Promise<Statement> {
  const [from, to] = boundsOf(month);
  const changes = await changesUntil(store, accountId, to);
  const earlier = changes.filter(({ at }) => at < from);
  const charges = new Charges(changes.slice(earlier.length));
  await visitCharges(store, accountId, { from, to }, (entry) => {
    charges.add(entry);
  });

  const state = new AccountState();
  for (const change of earlier) state.apply(change);
  state.charge(await spentUntil(store, accountId, monthBefore(month)));
  const opening = state.parts();
  const lines = new Lines();
  charges.inOrder({
    onChange: (change) => {
      lines.add(state.apply(change), change);
    },
    onCharges: (day, { pico, requests }) => {
      lines.addCharges(state.charge(pico), day, requests);
    },
  });
  const isOver = isoTime(clock()) >= to;
  return { accountId, month, isOver, opening, closing: state.parts(), lines: lines.inOrder() };
}

/** An account's money at the end of a month, which its statement has as `closing`. */
export async function stateAfter(store: TableStore, accountId: string, month: string): Promise<AccountState> {
  const [, to] = boundsOf(month);
  const state = new AccountState();
  for (const change of await changesUntil(store, accountId, to)) state.apply(change);
  state.charge(await spentUntil(store, accountId, month));
  return state;
}

/** The entries before a time that are no charges, in the order of their times. */
async function changesUntil(store: TableStore, accountId: string, to: string): Promise<readonly Entry[]> {
  const changes: Entry[] = [];
  for await (const entry of everyChange(store, accountId)) if (entry.at < to) changes.push(entry);
  return changes.sort((one, other) => compareText(one.at, other.at) || compareText(one.entryId, other.entryId));
}

interface DayCharges {
  readonly pico: bigint;
  readonly requests: bigint;
}

interface Visitor {
  readonly onChange: (change: Entry) => void;
  readonly onCharges: (day: string, charges: DayCharges) => void;
}

/**
 * Sums of charges. The parts of an account depend only on totals, so it is enough to know the sum of a day's charges
 * between one change and the next.
 */
class Charges {
  readonly #changes: readonly Entry[];
  /** For each number of changes, the charges that came after so many, by day. */
  readonly #sums: Map<string, DayCharges>[];

  /** @param changes the other entries of the month, in the order of their times */
  constructor(changes: readonly Entry[]) {
    this.#changes = changes;
    this.#sums = Array.from({ length: changes.length + 1 }, () => new Map<string, DayCharges>());
  }

  add(entry: Entry): void {
    const pico = movedInto('spent', entry);
    if (pico === 0n) return;
    const sums = this.#sums[this.#changesUntil(entry.at)];
    const day = entry.at.slice(0, DAY_CHARACTERS);
    const sum = sums?.get(day) ?? { pico: 0n, requests: 0n };
    sums?.set(day, { pico: sum.pico + pico, requests: sum.requests + (entry.requests ?? 1n) });
  }

  /** Visits the changes and the sums between them in the order of their times. */
  inOrder({ onChange, onCharges }: Visitor): void {
    this.#sums.forEach((sums, count) => {
      const change = this.#changes[count - 1];
      if (change) onChange(change);
      for (const day of [...sums.keys()].sort(compareText)) onCharges(day, sums.get(day) ?? { pico: 0n, requests: 0n });
    });
  }

  /** How many changes were made until a time, it included. */
  #changesUntil(at: string): number {
    let [low, high] = [0, this.#changes.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.#changes[middle]?.at ?? '') <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

class Lines {
  readonly #lines: StatementLine[] = [];
  readonly #days = new Map<string, StatementLine>();

  add(parts: Parts, { at, kind, entryId, reference, reason }: Entry): void {
    if (!isNothing(parts)) this.#lines.push({ at, kind, entryId, reference, reason, ...parts });
  }

  addCharges(parts: Parts, day: string, requests: bigint): void {
    const earlier = this.#days.get(day);
    const sum = sumOf(earlier ?? NO_PARTS, parts);
    this.#days.set(day, { at: day, kind: 'charges', requests: (earlier?.requests ?? 0n) + requests, ...sum });
  }

  /** The lines by time, the charges of a day after its other lines. */
  inOrder(): readonly StatementLine[] {
    const sortKey = ({ at, kind }: StatementLine): string => (kind === 'charges' ? `${at}~` : at);
    return [...this.#lines, ...this.#days.values()].sort((one, other) => compareText(sortKey(one), sortKey(other)));
  }
}

const compareText = (one: string, other: string): number => Number(one > other) - Number(one < other);
