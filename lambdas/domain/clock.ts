/** Returns epoch milliseconds. All code that depends on time takes a clock, so that tests can control it. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();

export const DAY_MS = 86_400_000;
