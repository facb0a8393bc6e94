/** Returns epoch milliseconds. All code that depends on time takes a clock, so that tests can control it. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

/** Milliseconds from any moment. It measures how long something took, because no correction of the time moves it. */
export const monotonicClock = (): number => performance.now();

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
