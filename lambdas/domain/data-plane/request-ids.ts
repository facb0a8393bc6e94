import { monotonicFactory } from 'ulid';

/** Ids of one millisecond count upwards: drawing each from the system's randomness costs forty times as much. */
const ulid = monotonicFactory();

/** One id names a request everywhere: in the answer, the log, the hold, the entry and the usage record. */
export const newRequestId = (): string => `req_${ulid()}`;
