import type { Item, Value } from '../../lambdas/domain/table/value';

// Stored items are read here by attribute name, independently of the code under test.

export function pico(item: Item | undefined, name: string): bigint {
  const value = item?.[name];
  if (typeof value !== 'bigint') throw new TypeError(`${name} is not an integer`);
  return value;
}

export function text(item: Item | undefined, name: string): string {
  const value = item?.[name];
  if (typeof value !== 'string') throw new TypeError(`${name} is not a text`);
  return value;
}

/** An attribute that is a list of strings. */
export function texts(item: Item | undefined, name: string): readonly string[] {
  const value = item?.[name];
  if (!isList(value)) throw new TypeError(`${name} is not a list`);
  return value.map((each) => {
    if (typeof each !== 'string') throw new TypeError(`${name} is not a list of texts`);
    return each;
  });
}

/** Equal for two items only if the items are equal. */
export const fingerprint = (item: Item | undefined): string | undefined =>
  item && JSON.stringify(item, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));

export interface Move {
  readonly from: string;
  readonly to: string;
  readonly amountPico: bigint;
}

export function movesOf(entry: Item): readonly Move[] {
  const moves = entry['transfers'];
  if (!isList(moves)) throw new TypeError('an entry has transfers');
  return moves.map((move) => {
    if (!isItem(move)) throw new TypeError('a transfer is an object');
    return { from: text(move, 'from'), to: text(move, 'to'), amountPico: pico(move, 'amountPico') };
  });
}

/** The amount that an entry moves into a book, minus the amount that it moves out. */
export function movedInto(book: string, entry: Item): bigint {
  let sum = 0n;
  for (const { from, to, amountPico } of movesOf(entry)) {
    if (to === book) sum += amountPico;
    if (from === book) sum -= amountPico;
  }
  return sum;
}

/** The output tokens of a usage record. */
export function tokensOf(record: Item): bigint {
  const usage = record['usage'];
  return isItem(usage) && usage['output'] !== undefined ? pico(usage, 'output') : 0n;
}

const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);
const isItem = (value: Value | undefined): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
