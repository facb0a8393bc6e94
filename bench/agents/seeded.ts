/** Random numbers that are the same for the same seed. */
export interface Seeded {
  /** From 0 to below 1. */
  readonly next: () => number;
  /** Evenly distributed. */
  readonly between: (least: number, most: number) => number;
  /** Log-normally distributed around the median. @param sigma of the logarithm */
  readonly around: (median: number, sigma: number) => number;
}

const UINT32 = 2 ** 32;

/** The generator `mulberry32`: 32 bits of state are enough for a trace. */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / UINT32;
  };
  return {
    next,
    between: (least, most) => least + (most - least) * next(),
    around: (median, sigma) => {
      // Box and Muller's transformation; the logarithm needs a number above zero.
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return median * Math.exp(sigma * normal);
    },
  };
}
