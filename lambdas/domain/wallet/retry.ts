import type { Patience, Timing } from '../table/retry';
import { persist } from '../table/retry';
import { WalletUnavailable } from './wallet-errors';

/** A client is waiting for its first byte. */
export const RESERVE_PATIENCE: Patience = { attemptsMax: 9, firstWaitMs: 20, longestWaitMs: 400, totalMs: 2_000 };
/** The tokens are spent: giving up loses the charge, and the client has its answer already. */
export const SETTLE_PATIENCE: Patience = { attemptsMax: 13, firstWaitMs: 20, longestWaitMs: 1_000, totalMs: 8_000 };

/** Attempts as `persist` does; throws WalletUnavailable when patience ends. */
export const patiently = <T>(patience: Patience, timing: Timing, attempt: () => Promise<T>): Promise<T> =>
  persist(patience, timing, attempt, (cause) => new WalletUnavailable({ cause }));
