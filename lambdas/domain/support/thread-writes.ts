import { isoTime } from '../../contracts/storage/table-keys/key-parts';
import { threadKey, threadListingKey } from '../../contracts/storage/table-keys/support';
import type { SupportAuthor, ThreadState } from '../../contracts/storage/support';
import { ACCOUNTS, EXPIRES_AT } from '../../contracts/storage/tables';
import type { ActionWrite } from '../audit/action';
import { all, compare, exists } from '../table/condition';
import type { Update } from '../table/table-store';
import type { Item } from '../table/value';
import { endOf } from './support-items';

/** The number of threads that one person can open in a day (UTC). */
export const THREADS_PER_PERSON_AND_DAY_MAX = 10;
/** The number of messages that one person can write in a day (UTC). */
export const MESSAGES_PER_PERSON_AND_DAY_MAX = 100;
export const MESSAGES_PER_THREAD_MAX = 200;

/** The change of a thread in which a person or an operator writes. */
export function wroteIn(
  { personId, threadId, by }: { readonly personId: string; readonly threadId: string; readonly by: SupportAuthor },
  now: number,
  set: Item,
  ...conditions: readonly ReturnType<typeof compare>[]
): Update {
  return {
    table: ACCOUNTS,
    update: threadKey(personId, threadId),
    change: { set: { ...set, ...endOf(now), writtenAt: isoTime(now), writtenBy: by }, add: { messages: 1n } },
    when: all(exists(), compare('messages', '<', MESSAGES_PER_THREAD_MAX), ...conditions),
  };
}

/** The writes that list a thread for operators in its new state. The listing ends with the thread. */
export function listed(
  personId: string,
  threadId: string,
  state: ThreadState,
  expiresAt: number | bigint,
): readonly ActionWrite[] {
  const other = state === 'open' ? 'closed' : 'open';
  const put = { ...threadListingKey(state, threadId), personId, [EXPIRES_AT]: expiresAt };
  return [
    { write: { table: ACCOUNTS, put } },
    { write: { table: ACCOUNTS, delete: threadListingKey(other, threadId) } },
  ];
}
