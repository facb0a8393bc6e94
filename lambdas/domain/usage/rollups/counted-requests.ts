import { createHash } from 'node:crypto';
import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import {
  countedKey,
  countedPartition,
  countedPrefix,
  type Dimension,
  DIMENSIONS,
} from '../../../contracts/storage/table-keys/roll-ups';
import { EXPIRES_AT, ROLLUPS } from '../../../contracts/storage/tables';
import type { UsageRecord } from '../../../contracts/storage/usage-record';
import { absent } from '../../table/condition';
import { everyItem } from '../../table/every-item';
import type { Put, TableStore } from '../../table/table-store';
import { expiryAfter } from '../records/usage-records';
import { measuresOf } from './measures';

const HASH_BYTES = 8;
/** A bit for each dimension: its place in DIMENSIONS, which therefore keeps its order. */
const DIMENSIONS_BYTES = 2;
const MARK_BYTES = 2 * HASH_BYTES + DIMENSIONS_BYTES;

/** The hash of a request's ID, and of what was counted for it. */
export interface Mark {
  readonly request: string;
  readonly state: string;
}

interface DimensionedMark extends Mark {
  readonly dimensions: readonly Dimension[];
}

/** Identifies a record and what it adds to roll-ups. A record that changes in another way has the same mark. */
export function markOf(record: UsageRecord): Mark {
  const { requestId, keyId, at, model, provider, labels = {}, payer, endUser } = record;
  const measures = Object.entries(measuresOf(record)).map(([name, value]) => `${name} ${value}`);
  // An absent value adds nothing, so that a record from before it existed keeps its mark.
  const owners = [payer, endUser].filter((owner) => owner !== undefined);
  const state = [keyId, at, model, provider, ...Object.entries(labels).flat(), ...owners, ...measures.sort()];
  return { request: hashOf(requestId), state: hashOf(JSON.stringify(state)) };
}

/** The minute in which a request was admitted: its marks are stored under it. */
export const minuteOf = ({ at }: Pick<UsageRecord, 'at'>): string =>
  isoTime(Date.parse(at)).slice(0, 'YYYY-MM-DDTHH:MM'.length);

/**
 * Which requests of one account are in its roll-ups, and in which state. They are read and extended by the minute in
 * which a request was admitted, because any later change of a request leads to the same minute.
 */
export class CountedRequests {
  readonly #accountId: string;
  /** The state of each request in each dimension, by minute. */
  readonly #states = new Map<string, Map<string, string>>();
  /** The number of stored items, by minute. */
  readonly #items = new Map<string, number>();
  /** The marks that were added, by minute, with the dimensions of each. */
  readonly #added = new Map<string, Map<string, DimensionedMark>>();

  private constructor(accountId: string) {
    this.#accountId = accountId;
  }

  static async read(store: TableStore, accountId: string, minutes: ReadonlySet<string>): Promise<CountedRequests> {
    const counted = new CountedRequests(accountId);
    await Promise.all([...minutes].map((minute) => counted.#read(store, minute)));
    return counted;
  }

  /** @returns the state in which a request was counted; undefined if it was not */
  stateOf(record: UsageRecord, { request }: Mark, dimension: Dimension): string | undefined {
    return this.#states.get(minuteOf(record))?.get(`${dimension} ${request}`);
  }

  add(record: UsageRecord, mark: Mark, dimension: Dimension): void {
    const minute = minuteOf(record);
    this.#statesIn(minute).set(`${dimension} ${mark.request}`, mark.state);
    const added = this.#added.get(minute) ?? new Map<string, DimensionedMark>();
    const id = `${mark.request} ${mark.state}`;
    const { dimensions = [] } = added.get(id) ?? {};
    added.set(id, { ...mark, dimensions: [...dimensions, dimension] });
    this.#added.set(minute, added);
  }

  /** The writes of what was added. The condition of each fails if another process has added something meanwhile. */
  writes(retentionDays: number): readonly Put[] {
    return [...this.#added].map(([minute, marks]) => ({
      table: ROLLUPS,
      put: {
        ...countedKey(this.#accountId, minute, (this.#items.get(minute) ?? 0) + 1),
        marks: Buffer.concat([...marks.values()].map(pack)),
        [EXPIRES_AT]: expiryAfter(`${minute}:00.000Z`, retentionDays),
      },
      when: absent(),
    }));
  }

  async #read(store: TableStore, minute: string): Promise<void> {
    const query = { table: ROLLUPS, partition: countedPartition(this.#accountId) };
    const states = this.#statesIn(minute);
    let items = 0;
    for await (const { marks } of everyItem(store, { ...query, sort: { beginsWith: countedPrefix(minute) } })) {
      items += 1;
      for (const { request, state, dimensions } of unpack(marks))
        for (const dimension of dimensions) states.set(`${dimension} ${request}`, state);
    }
    this.#items.set(minute, items);
  }

  #statesIn(minute: string): Map<string, string> {
    const states = this.#states.get(minute) ?? new Map<string, string>();
    this.#states.set(minute, states);
    return states;
  }
}

const hashOf = (text: string): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 2 * HASH_BYTES);

function pack({ request, state, dimensions }: DimensionedMark): Buffer {
  const mark = Buffer.alloc(MARK_BYTES);
  mark.write(request + state, 'hex');
  const bits = dimensions.reduce((sum, dimension) => sum | (1 << DIMENSIONS.indexOf(dimension)), 0);
  mark.writeUInt16BE(bits, 2 * HASH_BYTES);
  return mark;
}

/** @throws TypeError when the value is not a list of marks */
function unpack(value: unknown): readonly DimensionedMark[] {
  if (!(value instanceof Uint8Array) || value.length % MARK_BYTES !== 0)
    throw new TypeError('the value is not a list of marks');
  const bytes = Buffer.from(value);
  return Array.from({ length: bytes.length / MARK_BYTES }, (_, index) => {
    const mark = bytes.subarray(index * MARK_BYTES, (index + 1) * MARK_BYTES);
    const bits = mark.readUInt16BE(2 * HASH_BYTES);
    return {
      request: mark.toString('hex', 0, HASH_BYTES),
      state: mark.toString('hex', HASH_BYTES, 2 * HASH_BYTES),
      dimensions: DIMENSIONS.filter((_name, place) => (bits & (1 << place)) !== 0),
    };
  });
}
