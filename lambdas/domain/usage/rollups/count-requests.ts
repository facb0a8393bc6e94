import type { Put, TableStore, Update } from '../../table/table-store';
import type { Dimension } from '../../../contracts/storage/table-keys/roll-ups';
import { EXPIRES_AT, ROLLUPS } from '../../../contracts/storage/tables';
import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { CappedValues } from './capped-values';
import { type CountedRequests, markOf } from './counted-requests';
import type { Part } from './parts';
import { type Measures, measuresOf, negated, sumOfMeasures } from './measures';
import { type Attributed, type Target, targetsOf, valuesOf } from './targets';

/** The measures that are added to one roll-up. */
interface Addition {
  readonly target: Target;
  readonly measures: Measures[];
}

export interface Counted {
  readonly writes: readonly (Put | Update)[];
  /** Requests that were counted in a state that neither the record nor its earlier version explains. */
  readonly unexplained: readonly string[];
}

/**
 * Computes the writes that bring the roll-ups of one account up to date with the changes of its records, in some
 * dimensions. A record that was not counted yet is added as a whole, and one that was counted in the state before its
 * change by the difference. A repeat of a change that was counted, or of an older one, adds nothing.
 */
export async function countRequests(
  {
    store,
    accountId,
    counted,
    retentionDays,
    now,
  }: {
    readonly store: TableStore;
    readonly accountId: string;
    readonly counted: CountedRequests;
    readonly retentionDays: number;
    /** Epoch milliseconds. */
    readonly now: number;
  },
  { dimensions, changes }: Part,
): Promise<Counted> {
  const capped = new CappedValues(store, accountId);
  const additions = new Map<string, Addition>();
  const unexplained = new Set<string>();
  const add = async (dimension: Dimension, attributed: Attributed, measures: Measures): Promise<void> => {
    for (const each of valuesOf(attributed)) {
      if (each.dimension !== dimension) continue;
      const value = await capped.admit(each, attributed.record.at);
      for (const target of targetsOf(attributed.record, value, retentionDays)) {
        if (target.expiresAt * 1_000 <= now) continue;
        const id = `${target.key.pk} ${target.key.sk}`;
        const addition = additions.get(id) ?? { target, measures: [] };
        addition.measures.push(measures);
        additions.set(id, addition);
      }
    }
  };
  for (const { before, ...attributed } of changes) {
    const { record } = attributed;
    const mark = markOf(record);
    for (const dimension of dimensions) {
      const state = counted.stateOf(record, mark, dimension);
      if (state === mark.state) continue;
      if (state !== undefined) {
        const earlier = [before, expiredVersionOf(record)].find((each) => each && markOf(each).state === state);
        if (earlier === undefined) {
          unexplained.add(record.requestId);
          continue;
        }
        await add(dimension, { ...attributed, record: earlier }, negated(measuresOf(earlier)));
      }
      await add(dimension, attributed, measuresOf(record));
      counted.add(record, mark, dimension);
    }
  }
  const writes = [...additions.values()].flatMap(updateOf);
  return { writes: [...counted.writes(retentionDays), ...writes], unexplained: [...unexplained] };
}

/** A record as the sweeper wrote it, if its request expired first. The change that replaced that one may be lost. */
export function expiredVersionOf({ firstByteMs: _, ...record }: UsageRecord): UsageRecord {
  return { ...record, status: 'expired', httpStatus: 0, usage: {}, estimated: false, costPico: 0n, overrunPico: 0n };
}

function updateOf({ target, measures }: Addition): readonly Update[] {
  const add = sumOfMeasures(measures);
  if (Object.keys(add).length === 0) return [];
  const { key, value, interval, start, expiresAt } = target;
  const set = { value, interval, start, [EXPIRES_AT]: expiresAt };
  return [{ table: ROLLUPS, update: key, change: { add, set } }];
}
