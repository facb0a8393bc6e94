import type { TableStore } from '../../table/table-store';
import type { DataSubject } from '../export/subject';

/**
 * Looks for what is left of a subject. It does not count the erasure's own items.
 * @param position the position of an earlier call, also one of another process. @default the beginning
 */
export function findRemains(
  _options: { readonly store: TableStore },
  _subject: DataSubject,
  _position: string | undefined,
): Promise<{
  readonly remains: readonly { readonly kind: string; readonly items: number }[];
  readonly position?: string;
  readonly isComplete: boolean;
}> {
  return Promise.reject(new Error('not written yet'));
}
