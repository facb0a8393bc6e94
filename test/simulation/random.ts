const GOLDEN = 0x9e3779b9;
// Looked up once, because a test's globals are slow to access and a run draws tens of millions of numbers.
const { floor, imul } = Math;

/** Splitmix32: a seed gives the same numbers on every machine. It is a history's only source of randomness. */
export class Random {
  readonly #seed: number;
  #state: number;

  constructor(seed: number) {
    this.#seed = mix(seed);
    this.#state = this.#seed;
  }

  /** A separate generator for one part of a history, so that omitting another part does not change it. */
  fork(part: number): Random {
    return new Random(this.#seed ^ imul(part + 1, GOLDEN));
  }

  /** From 0 to 2³² - 1. */
  next(): number {
    this.#state = (this.#state + GOLDEN) | 0;
    return mix(this.#state);
  }

  /** From 0 to below 1. */
  fraction(): number {
    return this.next() / 2 ** 32;
  }

  /** From `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + floor(this.fraction() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(values: readonly T[]): T {
    const picked = values[this.between(0, values.length - 1)];
    if (picked === undefined) throw new RangeError('cannot pick from an empty list');
    return picked;
  }
}

function mix(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = imul(mixed, 0x21f0aaad);
  mixed = imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
