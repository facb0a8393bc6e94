import { sqliteErrorCode } from './sqlite-error';

const RESTORE = 'Restore the data folder from a backup, or use another folder.';

/** A store's file cannot be used. It is left unchanged, because a repair would have to guess which data to discard. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
  constructor(file: string, problem: string, advice = RESTORE) {
    super(`${file} was refused: ${problem}. ${advice}`);
  }
}

/**
 * Opens a store's file.
 * @throws StoreRefused when SQLite finds that the file is damaged
 */
export function refusingDamage<T>(file: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    throw sqliteErrorCode(error) === 'DAMAGED' ? new StoreRefused(file, 'it is damaged or not a store') : error;
  }
}
