/** Calls a function at the n-th tick. The kill happens within the tick, so that nothing else can come first. */
export class Countdown {
  readonly #onEnd: () => void;
  #left: number;

  constructor(count: number, onEnd: () => void) {
    this.#left = count;
    this.#onEnd = onEnd;
  }

  get isOver(): boolean {
    return this.#left <= 0;
  }

  tick(): void {
    this.#left -= 1;
    if (this.#left === 0) this.#onEnd();
  }
}
