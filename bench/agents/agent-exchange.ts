import { Writable } from 'node:stream';
import { CLIENT_BUFFER_BYTES, type Exchange } from '../../lambdas/domain/data-plane/exchange';
import type { Headers } from '../../lambdas/domain/headers';

/** The end of an answer tells whether it is complete. */
const TAIL_CHARACTERS = 2_048;

/** One request of an agent to the gateway. It reads at once and never disconnects. */
export class AgentExchange implements Exchange {
  readonly method = 'POST';
  readonly path = '/v1/messages';
  readonly query = '';
  readonly clientAddress = undefined;
  readonly gone = new AbortController().signal;
  readonly headers: Headers;
  readonly deadline: number;
  status = 0;
  answerHeaders: { readonly [name: string]: string } = {};
  /** The end of the answer. */
  tail = '';
  isBroken = false;
  readonly #body: Buffer;

  constructor(body: Buffer, { apiKey, deadline }: { readonly apiKey: string; readonly deadline: number }) {
    this.#body = body;
    this.deadline = deadline;
    this.headers = { 'content-type': 'application/json', 'anthropic-version': '2023-06-01', 'x-api-key': apiKey };
  }

  readBody(): Promise<Buffer> {
    return Promise.resolve(this.#body);
  }

  begin(status: number, headers: { readonly [name: string]: string }): Writable {
    this.status = status;
    this.answerHeaders = headers;
    return new Writable({
      highWaterMark: CLIENT_BUFFER_BYTES,
      write: (chunk: Buffer, _encoding, taken) => {
        this.tail = (this.tail + chunk.toString()).slice(-TAIL_CHARACTERS);
        taken();
      },
    });
  }

  breakOff(): void {
    this.isBroken = true;
  }
}
