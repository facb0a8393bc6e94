import type { Writable } from 'node:stream';
import type { Dialect } from '../../dialects/dialect';
import type { AppError } from '../../errors/app-error';
import type { Exchange } from '../exchange';

/** Well below the time after which proxies give up on a silent origin (CloudFront: 30 s by default). */
export const KEEP_ALIVE_MS = 10_000;

const KEEP_ALIVE = Buffer.from(': keep-alive\n\n');
const SSE_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };

/**
 * The client's end of a stream. While the provider is silent it sends comments, which every SSE parser ignores. A
 * comment before the first event commits the response to a 200, and a later error is sent in-band.
 */
export class ClientStream {
  #out: Writable | undefined;
  /** Set when writes no longer reach the client. */
  #lost = false;
  #onDrain: (() => void) | undefined;
  readonly #exchange: Exchange;
  readonly #headers: { readonly [name: string]: string };
  readonly #timer: NodeJS.Timeout;

  /** @param headers sent with every response to this request */
  constructor(exchange: Exchange, headers: { readonly [name: string]: string }, keepAliveMs = KEEP_ALIVE_MS) {
    this.#exchange = exchange;
    this.#headers = headers;
    this.#timer = setTimeout(() => this.#keepAlive(), keepAliveMs);
  }

  get begun(): boolean {
    return this.#out !== undefined;
  }

  /** How many bytes wait for a client that reads too slowly; zero for any other client. */
  get waitingBytes(): number {
    return !this.#lost && this.#out?.writableNeedDrain === true ? this.#out.writableLength : 0;
  }

  /** Never throws: it is called from a timer and from the provider's connection, where nothing would catch an error. */
  begin(status = 200, headers: { readonly [name: string]: string } = SSE_HEADERS): void {
    if (this.#out !== undefined || this.#lost) return;
    try {
      this.#out = this.#exchange.begin(status, { ...SSE_HEADERS, ...headers, ...this.#headers });
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

  /**
   * Sends whole events.
   * @param onDrain called once there is room again
   * @returns false when the client reads too slowly
   */
  write(events: Buffer, onDrain: () => void): boolean {
    this.#timer.refresh();
    this.#onDrain = onDrain;
    return this.#write(events);
  }

  comment(text: string): void {
    this.#write(`: ${text}\n\n`);
  }

  fail(error: AppError, dialect: Dialect): void {
    this.#write(dialect.errorEvent(error, this.#headers['x-request-id'] ?? ''));
  }

  end(): void {
    this.#out?.end();
  }

  stopKeepAlive(): void {
    clearTimeout(this.#timer);
  }

  #keepAlive(): void {
    this.begin();
    this.#write(KEEP_ALIVE);
    this.#timer.refresh();
  }

  #write(bytes: Buffer | string): boolean {
    if (this.#out === undefined || this.#lost) return true;
    return this.#out.write(bytes);
  }

  /** A lost stream never drains, so a paused provider is resumed and continues to its final usage. */
  #lose(): void {
    this.#lost = true;
    this.#onDrain?.();
  }
}
