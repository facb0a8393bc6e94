import type { TableSpec } from '../contracts/storage/tables';
import { EXPIRES_AT } from '../contracts/storage/tables';
import type { Clock } from '../domain/clock';
import type { Item } from '../domain/table/value';

/** The current time in the unit of `expiresAt`: whole epoch seconds. */
export const epochSeconds = (clock: Clock): bigint => BigInt(Math.floor(clock() / 1000));

/** Whether an item has expired. The store may not have deleted it yet. */
export function isExpired(table: TableSpec, item: Item, nowSeconds: bigint): boolean {
  if (!table.expires) return false;
  const expiresAt = item[EXPIRES_AT];
  return typeof expiresAt === 'bigint' && expiresAt <= nowSeconds;
}

/** The item, or `undefined` if it has expired. */
export function unlessExpired(table: TableSpec, item: Item | undefined, clock: Clock): Item | undefined {
  return item !== undefined && isExpired(table, item, epochSeconds(clock)) ? undefined : item;
}
