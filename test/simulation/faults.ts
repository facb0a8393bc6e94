import type { Random } from './random';

/**
 * A fault of one call to the store.
 * - `conflict`, `throttled`: nothing is written, and the store reports it.
 * - `unreachable`: nothing is written, but the caller cannot tell.
 * - `lost reply`: everything is written, but the caller cannot tell.
 * - `late`: the caller times out, and the call arrives afterwards.
 * - `twice`: the network repeats the call, and the caller gets the reply to the repeat.
 * - `crash before`, `crash after`: the caller's process dies, and nothing or everything is written.
 */
export type Fault =
  'none' | 'conflict' | 'throttled' | 'unreachable' | 'lost reply' | 'late' | 'twice' | 'crash before' | 'crash after';

export type CallKind = 'get' | 'query' | 'write' | 'transact' | 'transact once';

const CRASHES = ['crash before', 'crash after'] as const;
const READ_FAULTS = ['throttled', 'unreachable', 'lost reply', 'crash before'] as const;
const WRITE_FAULTS = ['conflict', 'throttled', 'unreachable', 'lost reply', 'lost reply', 'late', ...CRASHES] as const;
const TRANSACT_FAULTS = [...WRITE_FAULTS, 'late', 'twice'] as const;
/** For tables of the process's own: either the disk is full, or the process dies. */
const LOCAL_WRITE_FAULTS = ['unreachable', 'unreachable', ...CRASHES] as const;

/** @param isLocal whether the store is in the process, not behind a network */
export function drawFault(kind: CallKind, rate: number, isLocal: boolean, random: Random): Fault {
  if (!random.chance(rate)) return 'none';
  const isRead = kind === 'get' || kind === 'query';
  if (isLocal) return isRead ? 'none' : random.pick(LOCAL_WRITE_FAULTS);
  if (isRead) return random.pick(READ_FAULTS);
  // Without a token of its own, a transaction is never repeated below the store's interface.
  return random.pick(kind === 'transact' ? TRANSACT_FAULTS : WRITE_FAULTS);
}

/** The network latency of a write: mostly so short that calls overtake each other. */
export const latencyMs = (random: Random): number =>
  random.chance(0.08) ? random.between(20, 400) : random.between(0, 6);
/** The network latency of a read. A sweep reads many partitions in turn, and should meet other steps in all of them. */
export const readLatencyMs = (random: Random): number =>
  random.chance(0.01) ? random.between(20, 400) : random.between(0, 2);

/** The time after which a caller stops waiting, well within the ten minutes that the store remembers a token. */
export const timeoutMs = (random: Random): number => random.between(800, 1_500);
export const latenessMs = (random: Random): number => random.pick([1_600, 2_000, 10_000, random.between(1, 60_000)]);
