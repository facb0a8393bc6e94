import type { Writable } from 'node:stream';
import { SECOND_MS } from '../../clock';
import type { WholeFormat } from '../../dialects/endpoint';
import type { Exchange } from '../exchange';
import type { ResponseHeaders } from '../respond';

/** How a client is kept connected until its answer begins. */
export interface KeepAlive {
  /** The headers of a response that begins with `bytes`. */
  readonly headers: ResponseHeaders;
  /** Bytes that every client ignores at this place. */
  readonly bytes: Buffer;
  /** How long the client may see nothing from its request on. */
  readonly firstMs: number;
  readonly everyMs: number;
}

/** CloudFront gives up on an origin that has sent nothing for 60 seconds. */
const WHOLE_FIRST_MS = 45 * SECOND_MS;
const WHOLE_EVERY_MS = 15 * SECOND_MS;

/** The keep-alive of a request for a whole answer. */
export const wholeKeepAlive = ({ contentType, filler }: WholeFormat): KeepAlive => ({
  headers: { 'content-type': contentType },
  bytes: filler,
  firstMs: WHOLE_FIRST_MS,
  everyMs: WHOLE_EVERY_MS,
});

/**
 * The client's end of an answer. While the provider is silent, it sends bytes that the client ignores. The first of
 * them commit the response to a 200, so a later error can no longer be a status.
 */
export class ClientOutput {
  #out: Writable | undefined;
  #isWhole = false;
  /** Set when writes no longer reach the client. */
  #lost = false;
  #onDrain: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #exchange: Exchange;
  readonly #headers: ResponseHeaders;
  readonly #keepAlive: KeepAlive;

  /**
   * @param headers sent with every response to this request
   * @param waitedMs how long the client has already waited
   */
  constructor(exchange: Exchange, headers: ResponseHeaders, keepAlive: KeepAlive, waitedMs: number) {
    this.#exchange = exchange;
    this.#headers = headers;
    this.#keepAlive = keepAlive;
    this.#timer = setTimeout(() => this.#fillSilence(), Math.max(0, keepAlive.firstMs - waitedMs));
  }

  get begun(): boolean {
    return this.#out !== undefined;
  }

  /** Whether a whole answer is on its way, so that the response can only be completed with it, or be broken off. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** How many bytes wait for a client that reads too slowly; zero for any other client. */
  get waitingBytes(): number {
    return !this.#lost && this.#out?.writableNeedDrain === true ? this.#out.writableLength : 0;
  }

  /** Never throws: it is called from a timer and from the provider's connection, where nothing would catch an error. */
  begin(status = 200, headers: ResponseHeaders = {}): void {
    if (this.#out !== undefined || this.#lost) return;
    try {
      this.#out = this.#exchange.begin(status, { ...this.#keepAlive.headers, ...headers, ...this.#headers });
    } catch {
      this.#lost = true;
      return;
    }
    const onLost = (): void => this.#lose();
    this.#out
      .on('drain', () => this.#onDrain?.())
      .on('error', onLost)
      .on('close', onLost);
  }

  /** Begins to send a whole answer. Within it there is no place for a keep-alive. */
  beginWhole(status: number, headers: ResponseHeaders): void {
    this.stopKeepAlive();
    this.begin(status, headers);
    this.#isWhole = true;
  }

  /**
   * Sends bytes of the answer.
   * @param onDrain called once there is room again
   * @returns false when the client reads too slowly
   */
  write(bytes: Buffer, onDrain: () => void): boolean {
    this.#timer?.refresh();
    this.#onDrain = onDrain;
    return this.send(bytes);
  }

  end(): void {
    this.#out?.end();
  }

  /** Ends a response that has begun and cannot be completed, so that its client does not take it for complete. */
  breakOff(): void {
    this.#exchange.breakOff();
  }

  stopKeepAlive(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  protected send(bytes: Buffer | string): boolean {
    if (this.#out === undefined || this.#lost) return true;
    return this.#out.write(bytes);
  }

  #fillSilence(): void {
    this.begin();
    this.send(this.#keepAlive.bytes);
    this.#timer = setTimeout(() => this.#fillSilence(), this.#keepAlive.everyMs);
  }

  /** A lost client never drains, so a paused provider is resumed and continues to its final usage. */
  #lose(): void {
    this.#lost = true;
    this.#onDrain?.();
  }
}
