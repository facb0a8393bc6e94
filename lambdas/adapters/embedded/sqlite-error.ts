import { StoreUnavailable } from '../../domain/table/table-errors';
import { systemErrorCode } from '../system-error';

/** SQLite's result codes (sqlite.org/rescode.html) as the codes that operators know. */
const CODES: { readonly [code: number]: string } = {
  5: 'EBUSY',
  8: 'EROFS',
  10: 'EIO',
  11: 'DAMAGED',
  13: 'ENOSPC',
  14: 'CANTOPEN',
  26: 'DAMAGED',
  // The shared index of the write-ahead log could not grow.
  4874: 'ENOSPC',
};
/** The other bits of a code say more about the cause. */
const PRIMARY_CODE_BITS = 0xff;

/** @returns undefined for an error that SQLite did not raise */
export function sqliteErrorCode(error: unknown): string | undefined {
  if (systemErrorCode(error) !== 'ERR_SQLITE_ERROR') return undefined;
  const extended = Number((error as { errcode?: unknown }).errcode);
  const code = extended & PRIMARY_CODE_BITS;
  return CODES[extended] ?? CODES[code] ?? `SQLITE_${code}`;
}

/**
 * Runs work on a database.
 * @throws StoreUnavailable when SQLite raised an error
 */
export function onDatabase<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = sqliteErrorCode(error);
    throw code === undefined ? error : new StoreUnavailable(code, { cause: error });
  }
}
