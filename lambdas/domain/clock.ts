/** Epoch milliseconds. Everything that depends on time takes one, so that a test can turn it. */
export type Clock = () => number;

export const systemClock: Clock = () => Date.now();
