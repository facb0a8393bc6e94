/** Epoch milliseconds. Code that depends on the time receives a clock, so that a test can set it. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

export const DAY_MS = 86_400_000;
