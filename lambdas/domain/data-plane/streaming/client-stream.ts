import type { Writable } from 'node:stream';
import type { Dialect } from '../../dialects/dialect';
import type { AppError } from '../../errors/app-error';
import type { Exchange } from '../exchange';

/** A proxy on the way (CloudFront: 30 s by default) gives up on a silent origin long after this. */
export const KEEP_ALIVE_MS = 10_000;

const KEEP_ALIVE = Buffer.from(': keep-alive\n\n');
const SSE_HEADERS = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };

/**
 * The client's end of a stream. While nothing comes it sends comments, which every SSE parser ignores; when
 * nothing has come at all yet, that commits to a 200, and a later error is told in-band.
 */
export class ClientStream {
  #out: Writable | undefined;
  /** What is said from now on reaches nobody. */
  #lost = false;
  #onDrain: (() => void) | undefined;
  readonly #exchange: Exchange;
  readonly #headers: { readonly [name: string]: string };
  readonly #timer: NodeJS.Timeout;

  /** @param headers sent with every answer to this request */
  constructor(exchange: Exchange, headers: { readonly [name: string]: string }, keepAliveMs = KEEP_ALIVE_MS) {
    this.#exchange = exchange;
    this.#headers = headers;
    this.#timer = setTimeout(() => this.#keepAlive(), keepAliveMs);
  }

  get begun(): boolean {
    return this.#out !== undefined;
  }

  /** Never throws: it is called from a timer and from the provider's connection, where nobody would catch it. */
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
   * Whole events only.
   * @param onDrain called once there is room again
   * @returns false when the client is slower than what it is sent
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
    this.#write(dialect.errorEvent(error));
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

  /** A stream that is lost never drains: a provider that waits for it goes on, to its final usage. */
  #lose(): void {
    this.#lost = true;
    this.#onDrain?.();
  }
}
