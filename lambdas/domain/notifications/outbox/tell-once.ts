import { isoTime } from '../../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../../contracts/storage/tables';
import type { Clock } from '../../clock';
import { commit } from '../../table/commit';
import { absent } from '../../table/condition';
import type { TableStore } from '../../table/table-store';
import type { Key } from '../../table/value';
import type { NewMessage } from './message';
import type { Notify } from './outbox';

export interface TellOnceOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly notify: Notify;
}

/**
 * Sends a message once, although its event can be found again for months. A note of it is kept, because the outbox forgets
 * a message after a week.
 * @param notice the key of the note
 * @throws StoreUnavailable: it should run again
 */
export async function tellOnce(
  { store, clock, notify }: TellOnceOptions,
  notice: Key,
  message: NewMessage,
): Promise<void> {
  if (await store.get({ table: ACCOUNTS, key: notice })) return;
  const change = { set: { at: isoTime(clock()) } };
  await commit<'told'>(store, [
    { write: { table: ACCOUNTS, update: notice, change, when: absent() }, otherwise: () => 'told' },
    ...notify(message),
  ]);
}
