import { monotonicFactory } from 'ulid';

/**
 * Ids of the same millisecond count upwards, because drawing each from the system's randomness costs forty times as
 * much.
 */
const ulid = monotonicFactory();

/** One id identifies a request everywhere: in the response, the log, the hold, the entry and the usage record. */
export const newRequestId = (): string => `req_${ulid()}`;
