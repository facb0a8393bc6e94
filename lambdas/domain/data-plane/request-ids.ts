import { randomFillSync } from 'node:crypto';
import { monotonicFactory } from 'ulid';

const BYTE_VALUES = 256;
/** Each draw from the system's randomness costs far more than its bytes, so many bytes are drawn at once. */
const pool = new Uint8Array(4096);
let used = pool.length;

/** @returns a cryptographically random number from 0 (inclusive) to 1 (exclusive), with the 8 bits that a ulid needs */
function random(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const byte = pool[used] ?? 0;
  used += 1;
  return byte / BYTE_VALUES;
}

/** Ids of the same millisecond count upwards. */
const ulid = monotonicFactory(random);

/** One id identifies a request everywhere: in the response, the log, the hold, the entry and the usage record. */
export const newRequestId = (): string => `req_${ulid()}`;
