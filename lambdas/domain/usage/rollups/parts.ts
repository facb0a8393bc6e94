import { type Dimension, DIMENSIONS } from '../../../contracts/storage/table-keys/roll-ups';
import { TRANSACTION_WRITES_MAX } from '../../table/table-store';
import type { CountableChange } from './targets';
import { minuteOf } from './counted-requests';
import { nameOf, targetsOf, valuesOf } from './targets';

/** Some dimensions of some changes: what one transaction counts. */
export interface Part {
  readonly dimensions: readonly Dimension[];
  readonly changes: readonly CountableChange[];
}

/** A transaction writes one note for each minute in which its requests began, so most of it is left for roll-ups. */
const MINUTES_MAX = 20;

/**
 * Divides the changes of one account into transactions. A few changes are counted in all dimensions by one transaction.
 * A batch whose roll-ups do not fit into one is divided by dimensions first, because its requests share the roll-ups of
 * a dimension, and otherwise nearly every request would need a transaction of its own.
 */
export const partsOf = (changes: readonly CountableChange[], retentionDays: number): readonly Part[] =>
  divided(changes, (some) => [...new Set(some.map(({ record }) => minuteOf(record)))], MINUTES_MAX).flatMap((some) =>
    partsWithin(some, DIMENSIONS, retentionDays),
  );

function partsWithin(
  changes: readonly CountableChange[],
  dimensions: readonly Dimension[],
  retentionDays: number,
): readonly Part[] {
  const minutes = new Set(changes.map(({ record }) => minuteOf(record))).size;
  const most = TRANSACTION_WRITES_MAX - minutes;
  const sizes = dimensions.map((dimension) => ({ dimension, size: keysOf(changes, dimension, retentionDays).length }));
  const packs: { readonly dimensions: Dimension[]; size: number }[] = [];
  const parts: Part[] = [];
  for (const { dimension, size } of sizes) {
    if (size === 0) continue;
    if (size > most) {
      const sorted = sortedBy(changes, dimension);
      const keys = (some: readonly CountableChange[]): readonly string[] => keysOf(some, dimension, retentionDays);
      for (const some of divided(sorted, keys, most)) parts.push({ dimensions: [dimension], changes: some });
      continue;
    }
    const pack = packs.find((each) => each.size + size <= most);
    if (pack === undefined) packs.push({ dimensions: [dimension], size });
    else {
      pack.dimensions.push(dimension);
      pack.size += size;
    }
  }
  return [...packs.map((pack) => ({ dimensions: pack.dimensions, changes })), ...parts];
}

/** Divides changes where they would have more than `most` keys together. */
function divided(
  changes: readonly CountableChange[],
  keysOfAll: (changes: readonly CountableChange[]) => readonly string[],
  most: number,
): readonly (readonly CountableChange[])[] {
  const groups: CountableChange[][] = [];
  let keys = new Set<string>();
  for (const change of changes) {
    const own = keysOfAll([change]);
    const added = own.filter((key) => !keys.has(key)).length;
    const last = groups.at(-1);
    if (last !== undefined && keys.size + added <= most) {
      last.push(change);
    } else {
      groups.push([change]);
      keys = new Set();
    }
    for (const key of own) keys.add(key);
  }
  return groups;
}

/** The keys of the roll-ups of a dimension that the changes can write, each once. */
function keysOf(changes: readonly CountableChange[], dimension: Dimension, retentionDays: number): readonly string[] {
  const keys = new Set<string>();
  for (const { before, ...attributed } of changes)
    for (const record of before === undefined ? [attributed.record] : [before, attributed.record])
      for (const value of valuesOf({ ...attributed, record }))
        if (value.dimension === dimension)
          for (const { key } of targetsOf(record, value, retentionDays)) keys.add(key.sk);
  return [...keys];
}

/** Brings changes with the same value together. */
function sortedBy(changes: readonly CountableChange[], dimension: Dimension): readonly CountableChange[] {
  const named = changes.map((change) => {
    const value = valuesOf(change).find((each) => each.dimension === dimension);
    return { change, name: value === undefined ? '' : nameOf(value) };
  });
  return named
    .sort((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name)))
    .map(({ change }) => change);
}
