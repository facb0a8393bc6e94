import type { TableStore } from '../../table/table-store';
import type { DataSubject } from '../export/subject';

/**
 * Erases the next items of a subject by the register's rules. It keeps the erasure's own items.
 * @param position the position of an earlier call, also one of another process. @default the beginning
 */
export function eraseItems(
  _options: { readonly store: TableStore },
  _subject: DataSubject,
  _position: string | undefined,
): Promise<{ readonly erased: number; readonly position?: string; readonly isComplete: boolean }> {
  return Promise.reject(new Error('not written yet'));
}
