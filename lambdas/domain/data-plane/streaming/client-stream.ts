import { SECOND_MS } from '../../clock';
import type { FailedStream, MeteredEndpoint } from '../../dialects/endpoint';
import type { AppError } from '../../errors/app-error';
import type { Exchange } from '../exchange';
import type { ResponseHeaders } from '../respond';
import { ClientOutput, type KeepAlive } from './client-output';

/** Well below the time after which proxies give up on a silent origin (CloudFront: 30 s by default). */
const KEEP_ALIVE_MS = 10 * SECOND_MS;

/** Every SSE parser ignores a comment. */
const COMMENTS: KeepAlive = {
  headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
  bytes: Buffer.from(': keep-alive\n\n'),
  firstMs: KEEP_ALIVE_MS,
  everyMs: KEEP_ALIVE_MS,
};

/** The request whose stream fails. */
export type FailedRequest = Pick<FailedStream, 'model' | 'reading'> & { readonly endpoint: MeteredEndpoint };

/** The client's end of a stream. Once it has begun, an error is sent in-band. */
export class ClientStream extends ClientOutput {
  readonly #requestId: string;

  /**
   * @param headers sent with every response to this request
   * @param waitedMs how long the client has already waited
   */
  constructor(exchange: Exchange, headers: ResponseHeaders, waitedMs: number) {
    super(exchange, headers, COMMENTS, waitedMs);
    this.#requestId = headers['x-request-id'] ?? '';
  }

  comment(text: string): void {
    this.send(`: ${text}\n\n`);
  }

  /** Ends the stream with an error in the format of its endpoint. */
  fail(error: AppError, { endpoint, model, reading }: FailedRequest): void {
    const stream = { requestId: this.#requestId, model, reading };
    this.send(endpoint.errorEvents?.(error, stream) ?? endpoint.dialect.errorEvent(error, this.#requestId));
  }
}
