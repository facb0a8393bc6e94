import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { ACCOUNTS } from '../../contracts/storage/tables';
import type { Clock } from '../clock';
import type { NewMessage } from '../notifications/outbox/message';
import type { Notify } from '../notifications/outbox/outbox';
import { commit } from '../table/commit';
import { absent } from '../table/condition';
import type { TableStore } from '../table/table-store';
import type { Key } from '../table/value';

export interface TellOnceOptions {
  readonly store: TableStore;
  readonly clock: Clock;
  readonly notify: Notify;
}

/**
 * Tells an account's people about something that the processor can report for months, once. The account keeps a note,
 * because the outbox forgets a message after a week.
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
