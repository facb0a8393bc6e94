import type { Check, Write } from './table-store';
import type { Key } from './value';

/**
 * The key of the item that a write or a check addresses.
 * @throws Error on a put without `pk` and `sk`
 */
export function keyOf(write: Write | Check): Key {
  if ('put' in write) {
    const { pk, sk } = write.put;
    if (typeof pk !== 'string' || typeof sk !== 'string') throw new Error('an item needs the strings pk and sk');
    return { pk, sk };
  }
  if ('update' in write) return write.update;
  return 'delete' in write ? write.delete : write.check;
}
