/**
 * The key of an item. No feature scans a table: items that must be listed share a partition, which is split into shards
 * where many writers would contend for it.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

const SHARD_COUNT = 16;

/** Every shard, `00` to `15`. */
export const SHARDS: readonly string[] = Array.from({ length: SHARD_COUNT }, (_, shard) => twoDigits(shard));

/** @param fraction from 0 (inclusive) to 1 (exclusive) */
export const shardAt = (fraction: number): string => twoDigits(Math.floor(fraction * SHARD_COUNT));

/** FNV-1a. It spreads IDs that differ only in their last characters and gives the same result in every process. */
export function shardOf(id: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < id.length; index += 1) {
    hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193);
  }
  // The low bits of FNV are weak, so fold in the high half.
  return twoDigits(((hash >>> 16) ^ hash) & (SHARD_COUNT - 1));
}

let lastMilliseconds = 0;
let lastIsoTime = new Date(lastMilliseconds).toISOString();

/** Epoch milliseconds as ISO 8601 with milliseconds. It always has 24 characters, so that it sorts as text. */
export function isoTime(milliseconds: number): string {
  // A request formats the same moment several times.
  if (milliseconds !== lastMilliseconds) {
    lastIsoTime = new Date(milliseconds).toISOString();
    lastMilliseconds = milliseconds;
  }
  return lastIsoTime;
}

/** Zero-padded, so that it sorts as text. */
export function ordinal(number: number): string {
  return String(number).padStart(12, '0');
}

function twoDigits(shard: number): string {
  return String(shard).padStart(2, '0');
}
