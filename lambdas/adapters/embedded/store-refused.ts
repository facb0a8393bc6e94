/** A store's file cannot be used. It is left unchanged, because a repair would have to guess which data to discard. */
export class StoreRefused extends Error {
  override readonly name = 'StoreRefused';
  constructor(file: string, problem: string) {
    super(`${file} was refused: ${problem}. Restore the data folder from a backup, or use another folder.`);
  }
}
