import type { ThreadState } from '../support';
import type { Key } from './key-parts';

/** A thread of a person. */
export const THREAD_PREFIX = 'support-thread#';
export const threadKey = (personId: string, threadId: string): Key => ({
  pk: personId,
  sk: `${THREAD_PREFIX}${threadId}`,
});
/** The messages of a person's threads, by thread and time. */
export const SUPPORT_MESSAGE_PREFIX = 'support-message#';
export const messagesPrefix = (threadId: string): string => `${SUPPORT_MESSAGE_PREFIX}${threadId}#`;
export const supportMessageKey = (personId: string, threadId: string, messageId: string): Key => ({
  pk: personId,
  sk: `${messagesPrefix(threadId)}${messageId}`,
});
/** The threads of everybody in one state, for operators. */
export const threadsPartition = (state: ThreadState): string => `support-threads#${state}`;
export const threadListingKey = (state: ThreadState, threadId: string): Key => ({
  pk: threadsPartition(state),
  sk: threadId,
});
