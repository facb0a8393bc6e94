import { WRITE_TIMEOUT_MS } from '../exchange';

/** The pauses of one provider, which waits for a client that reads slowly or for memory. */
export class ProviderPause {
  readonly #onTooLong: () => void;
  #timer: NodeJS.Timeout | undefined;
  #since: number | undefined;
  #forClientMs = 0;

  /** @param onTooLong called when one pause has lasted for the write timeout */
  constructor(onTooLong: () => void) {
    this.#onTooLong = onTooLong;
  }

  /** Whether the provider has waited for its client so long that it may have given up. */
  get wasClientSlow(): boolean {
    return this.#forClientMs >= WRITE_TIMEOUT_MS;
  }

  begin(isForClient: boolean): void {
    if (this.#timer !== undefined) return;
    this.#since = isForClient ? performance.now() : undefined;
    this.#timer = setTimeout(() => {
      this.end();
      this.#onTooLong();
    }, WRITE_TIMEOUT_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#since !== undefined) this.#forClientMs += performance.now() - this.#since;
    this.#since = undefined;
  }
}
