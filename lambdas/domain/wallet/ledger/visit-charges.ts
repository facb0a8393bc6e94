import { encodeTime } from 'ulid';
import { ENTRY_PREFIX } from '../../../contracts/storage/table-keys/wallet';
import { WALLET } from '../../../contracts/storage/tables';
import { DAY_MS, HOUR_MS } from '../../clock';
import { inParallel } from '../../in-parallel';
import { everyItem } from '../../table/every-item';
import type { TableStore } from '../../table/table-store';
import { decodeEntry, type Entry } from './entry';
import { CHARGED_PREFIXES, partitionsOf } from './every-entry';

/**
 * How long after the time of its ID an entry can be made. A settlement is given up an hour after the deadline of its
 * request. A lease ends when it is swept, so a sweeper that has stopped delays its entry.
 */
const MADE_WITHIN_MS = { lease_: 31 * DAY_MS, req_: DAY_MS };
/** The clock that made an ID can be ahead of the clock that made the entry. */
const AHEAD_MS_MAX = HOUR_MS;
/** An account whose requests draw on no leases has all its charges in one partition, so parts of it are read side by side. */
const SLICE_MS = 4 * DAY_MS;
const SLICES_AT_ONCE = 8;
const PAGE_ENTRIES = 1_000;

/** A period by ISO 8601 times with milliseconds, UTC. */
export interface Period {
  /** Inclusive. */
  readonly from: string;
  /** Exclusive. */
  readonly to: string;
}

/** Visits the entries that charged the account within a period, in no useful order. It reads few others. */
export async function visitCharges(
  store: TableStore,
  accountId: string,
  { from, to }: Period,
  visit: (entry: Entry) => void,
): Promise<void> {
  const partitions = await partitionsOf(store, accountId);
  const ranges = CHARGED_PREFIXES.flatMap((prefix) =>
    slicesOf(prefix, Date.parse(from) - MADE_WITHIN_MS[prefix], Date.parse(to) + AHEAD_MS_MAX).map(([start, end]) => ({
      from: `${ENTRY_PREFIX}${prefix}${encodeTime(start)}`,
      to: `${ENTRY_PREFIX}${prefix}${encodeTime(end)}`,
    })),
  );
  const queries = partitions.flatMap((partition) => ranges.map((sort) => ({ partition, sort })));
  await inParallel(queries, SLICES_AT_ONCE, async (query) => {
    for await (const item of everyItem(store, { table: WALLET, limit: PAGE_ENTRIES, ...query })) {
      const entry = decodeEntry(item);
      if (entry.at >= from && entry.at < to) visit(entry);
    }
  });
}

/** A time before which the account was charged nothing, in epoch milliseconds; undefined if it never was. */
export async function chargedSince(store: TableStore, accountId: string): Promise<number | undefined> {
  const partitions = await partitionsOf(store, accountId);
  const firsts = await inParallel(partitions, SLICES_AT_ONCE, async (partition) => {
    const times: number[] = [];
    for (const prefix of CHARGED_PREFIXES) {
      const sort = { beginsWith: `${ENTRY_PREFIX}${prefix}` };
      const { items } = await store.query({ table: WALLET, partition, sort, limit: 1 });
      // Another entry can be older than the first one by ID.
      times.push(...items.map((item) => Date.parse(decodeEntry(item).at) - MADE_WITHIN_MS[prefix] - AHEAD_MS_MAX));
    }
    return times;
  });
  const times = firsts.flat();
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The parts of a period, in epoch milliseconds. Leases are in many partitions, so theirs is one part. */
function slicesOf(
  prefix: (typeof CHARGED_PREFIXES)[number],
  from: number,
  to: number,
): readonly (readonly [start: number, end: number])[] {
  if (prefix === 'lease_') return [[from, to]];
  const slices: [start: number, end: number][] = [];
  for (let start = from; start < to; start += SLICE_MS) slices.push([start, Math.min(start + SLICE_MS, to)]);
  return slices;
}
