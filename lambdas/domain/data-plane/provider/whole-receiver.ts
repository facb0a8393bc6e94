import type { MeteredEndpoint, MeteredRequest } from '../../dialects/endpoint';
import type { Headers } from '../../headers';
import type { ClientOutput } from '../streaming/client-output';
import type { Answer, WholeReading } from './answer';
import { type BodyReader, eventsReader, WholeReader } from './body-reader';
import { AnswerUnusable } from './answer-unusable';
import { KEPT_BYTES_MAX, PassingBody } from './passing-body';
import { isSuccess } from './provider-client';
import { clientHeaders } from './provider-headers';

/** A whole answer may not be larger: Lambda ends a response at 200 MB. */
export const RESPONSE_BYTES_MAX = 180 * 1024 * 1024;

export interface WholeReceiverOptions {
  readonly endpoint: MeteredEndpoint;
  readonly asked: MeteredRequest;
  readonly output: ClientOutput;
  readonly status: number;
  readonly headers: Headers;
  /** Whether the body looks like server-sent events. */
  readonly isEvents: boolean;
}

/**
 * Receives an answer that is not relayed as a stream. A small one is kept. A larger one is passed to the client as it
 * arrives, so that the memory it takes does not depend on its size.
 */
export class WholeReceiver {
  readonly #options: WholeReceiverOptions;
  readonly #chunks: Buffer[] = [];
  #receivedBytes = 0;
  #passing: PassingBody | undefined;

  constructor(options: WholeReceiverOptions) {
    this.#options = options;
  }

  /** How many bytes are kept for the rest of the answer, or for a slow client. */
  get keptBytes(): number {
    return this.#passing?.keptBytes ?? this.#receivedBytes;
  }

  get isClientSlow(): boolean {
    return this.#passing?.isClientSlow ?? false;
  }

  /** Whether the client may have seen a part of the answer, so that no other answer can follow. */
  get hasPassed(): boolean {
    return this.#passing?.hasPassed ?? false;
  }

  /**
   * @param onRoom called once the client accepts more, after this returned false
   * @returns false when the client is slower than the provider
   * @throws AnswerUnusable
   */
  push(chunk: Buffer, onRoom: () => void): boolean {
    this.#receivedBytes += chunk.length;
    if (this.#receivedBytes > RESPONSE_BYTES_MAX) throw new AnswerUnusable('oversized');
    if (this.#passing) return this.#passing.push(chunk, onRoom);
    this.#chunks.push(chunk);
    if (this.#receivedBytes <= KEPT_BYTES_MAX) return true;
    return this.#pass(Buffer.concat(this.#chunks.splice(0)), onRoom);
  }

  /** The client has disconnected; the rest of the answer is only read for its usage. */
  clientGone(): void {
    this.#passing?.clientGone();
  }

  /**
   * @returns the answer, once all of it has arrived
   * @throws AnswerUnusable
   */
  end(): Answer {
    if (this.#passing) {
      const reading = this.#passing.end();
      if (reading === undefined) throw new AnswerUnusable('broken');
      return { kind: 'passed', reading, rest: this.#passing.rest };
    }
    const { status, headers } = this.#options;
    const body = Buffer.concat(this.#chunks);
    return { kind: 'body', status, headers, body, reading: this.#readKept(body) };
  }

  #readKept(body: Buffer): WholeReading | undefined {
    const { endpoint, asked, status, isEvents } = this.#options;
    if (!isSuccess(status)) return undefined;
    const events = isEvents ? eventsReader(endpoint, asked) : undefined;
    if (events === undefined) return endpoint.readAnswer(body, asked);
    events.push(body);
    return events.end();
  }

  #pass(bytes: Buffer, onRoom: () => void): boolean {
    const { asked, output, status, headers } = this.#options;
    if (!isSuccess(status)) throw new AnswerUnusable('broken');
    // An event stream that a keep-alive has begun cannot carry another answer, which is then only read for its usage.
    const isTaken = asked.stream && output.begun;
    const passing = new PassingBody(isTaken ? undefined : output, this.#reader());
    passing.push(bytes, onRoom);
    this.#passing = passing;
    if (isTaken) return true;
    // The provider's content-length is left out: a response with one could not end early without a broken connection.
    output.beginWhole(status, clientHeaders(headers));
    return true;
  }

  #reader(): BodyReader {
    const { endpoint, asked, isEvents } = this.#options;
    const events = isEvents ? eventsReader(endpoint, asked) : undefined;
    return events ?? new WholeReader(endpoint, asked);
  }
}
