import type { Answer } from './client';

/** Everything that the gateway has confirmed to its clients and operators, over all rounds. */
export class Acknowledged {
  /** The charge of each request whose answer arrived to its end, in pico-dollars, by request ID. */
  readonly charges = new Map<string, bigint>();
  /** The amount of each confirmed credit, in pico-dollars, by payment ID. */
  readonly credits = new Map<string, bigint>();
  readonly keyIds = new Set<string>();
  /** The numbers of the requests that reached the provider, so their money had been held. */
  readonly provided = new Set<number>();
  /** Answers that no client should have got. */
  readonly unexpected: string[] = [];
  #requests = 0;

  /** The number of requests that were sent. */
  get requests(): number {
    return this.#requests;
  }

  /** @returns the number of the next request */
  nextRequest(): number {
    this.#requests += 1;
    return this.#requests;
  }

  /** @param isStopping whether the gateway was told to stop, so it may refuse a request */
  addAnswer({ requestId = '', status, text, costPico }: Answer, isStopping: boolean): void {
    if (status === undefined) return;
    if (this.charges.has(requestId)) this.unexpected.push(`the request ID ${requestId} was given out twice`);
    if (costPico !== undefined) this.charges.set(requestId, costPico);
    const isCharged = status === 200 && costPico !== undefined;
    if (!isCharged && !isStopping) this.unexpected.push(`a client got status ${status}: ${text.slice(-TEXT_MAX)}`);
  }
}

/** How much of an unexpected answer is shown. */
const TEXT_MAX = 300;
