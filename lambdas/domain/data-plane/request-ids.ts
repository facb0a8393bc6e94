import { monotonicFactory } from 'ulid';

/** Rising within one millisecond; drawing each from the system's randomness costs forty times as much. */
const ulid = monotonicFactory();

/** Names one request everywhere: in the answer, the log, the hold, the entry and the usage record. */
export const newRequestId = (): string => `req_${ulid()}`;
