import { validateHeaderValue } from 'node:http';
import { Writable } from 'node:stream';
import { CLIENT_BUFFER_BYTES, type Exchange } from '../../../lambdas/domain/data-plane/exchange';
import type { Headers } from '../../../lambdas/domain/headers';

export interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly headers?: Headers;
  readonly body?: object | string | Buffer;
  /** @default not known to the host */
  readonly clientAddress?: string;
}

/** A client and its host. It records what it receives, and can disconnect, stall or break at any byte. */
export class FakeClient implements Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
  readonly clientAddress: string | undefined;
  readonly deadline: number;
  status = 0;
  answerHeaders: { readonly [name: string]: string } = {};
  text = '';
  ended = false;
  /** Whether the gateway broke off the response instead of ending it. */
  broken = false;
  /** The number of times that the gateway began a response. */
  begins = 0;
  bodyReads = 0;
  /** Called with each chunk that arrives. */
  onBytes: (text: string) => void = () => undefined;
  /** The host's answer to what the gateway keeps. @default there is always room */
  keepAnswer: NonNullable<Exchange['keepAnswer']> = () => true;
  /** Absent in a function. */
  disconnect?: () => void = () => this.leave();
  /** While it is set, nothing is read from the stream. */
  stalled = false;
  readonly #body: Buffer;
  readonly #leaving = new AbortController();
  #taken: (() => void) | undefined;
  #out: Writable | undefined;

  constructor(sent: Sent, deadline: number) {
    const { method = 'POST', path = '/v1/chat/completions', headers = {}, body = '', clientAddress } = sent;
    this.clientAddress = clientAddress;
    this.method = method;
    this.path = path;
    this.query = sent.query ?? '';
    this.headers = { 'content-type': 'application/json', ...headers };
    this.deadline = deadline;
    this.#body = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  }

  get gone(): AbortSignal {
    return this.#leaving.signal;
  }

  /** How many bytes the host buffers for this client. */
  get kept(): number {
    return this.#out?.writableLength ?? 0;
  }

  get json(): unknown {
    return JSON.parse(this.text) as unknown;
  }

  readBody(): Promise<Buffer> {
    this.bodyReads += 1;
    return Promise.resolve(this.#body);
  }

  begin(status: number, headers: { readonly [name: string]: string }): Writable {
    this.begins += 1;
    if (this.begins > 1) throw new Error('begun twice');
    // Every host refuses a header with these characters, as Node's own server does.
    for (const [name, value] of Object.entries(headers)) validateHeaderValue(name, value);
    this.status = status;
    this.answerHeaders = headers;
    this.#out = new Writable({
      highWaterMark: CLIENT_BUFFER_BYTES,
      write: (chunk: Buffer, _encoding, taken) => {
        const text = chunk.toString();
        this.text += text;
        this.onBytes(text);
        if (this.stalled) this.#taken = taken;
        else taken();
      },
      final: (done) => {
        this.ended = true;
        done();
      },
    });
    return this.#out;
  }

  breakOff(): void {
    this.broken = true;
  }

  leave(): void {
    this.#leaving.abort();
  }

  /** Breaks the host's stream without aborting `gone`, as in a function. */
  breakStream(): void {
    this.#out?.destroy(new Error('EPIPE'));
  }

  read(): void {
    this.stalled = false;
    this.#taken?.();
    this.#taken = undefined;
  }
}
