/**
 * - `open`: it is not dealt with.
 * - `closed`: it is dealt with. The person can still write, which opens it again.
 */
export const THREAD_STATES = ['open', 'closed'] as const;
export type ThreadState = (typeof THREAD_STATES)[number];

/** The two sides of a thread. The audit log knows which operator wrote. */
export const SUPPORT_AUTHORS = ['person', 'operator'] as const;
export type SupportAuthor = (typeof SUPPORT_AUTHORS)[number];

/** Each message is deleted this long after it was written, and a thread with its last message. */
export const SUPPORT_RETENTION_DAYS = 365;
