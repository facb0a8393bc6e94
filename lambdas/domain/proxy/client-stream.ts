import type { Writable } from 'node:stream';
import type { Dialect } from '../../contracts/catalog';
import type { AppError } from '../errors/app-error';
import { errorEvent } from '../errors/render-error';
import type { Exchange } from './exchange';

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

  begin(status = 200, headers: { readonly [name: string]: string } = SSE_HEADERS): void {
    if (this.#out !== undefined) return;
    this.#out = this.#exchange.begin(status, { ...SSE_HEADERS, ...headers, ...this.#headers });
    this.#out.on('drain', () => this.#onDrain?.());
  }

  /**
   * Whole events only.
   * @param onDrain called once there is room again
   * @returns false when the client is slower than what it is sent
   */
  write(events: Buffer, onDrain: () => void): boolean {
    this.#timer.refresh();
    this.#onDrain = onDrain;
    return this.#out?.write(events) ?? true;
  }

  comment(text: string): void {
    this.#out?.write(`: ${text}\n\n`);
  }

  fail(error: AppError, dialect: Dialect): void {
    this.#out?.write(errorEvent(error, dialect));
  }

  end(): void {
    this.#out?.end();
  }

  /** No comment comes after this: what is left to say is said by the caller. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #keepAlive(): void {
    this.begin();
    this.#out?.write(KEEP_ALIVE);
    this.#timer.refresh();
  }
}
