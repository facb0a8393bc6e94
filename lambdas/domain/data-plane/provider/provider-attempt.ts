import type { Endpoint } from '../../../contracts/storage/catalog';
import type { StopReason } from '../../errors/app-error';
import type { ClientStream } from '../streaming/client-stream';
import type { Exchange, Headers } from '../exchange';
import type {
  ProviderCall,
  ProviderClient,
  ProviderFailure,
  ProviderListener,
  ProviderRequest,
} from './provider-client';
import { clientHeaders, isEventStream } from './provider-headers';
import { EventSplitter } from '../streaming/sse-events';
import { StreamMeter, type StreamReading } from '../streaming/stream-meter';
import { readWholeAnswer, type WholeAnswer } from './whole-answer';

/** A whole answer is kept until its charge is known. Larger ones (thousands of embeddings as text) are refused. */
export const RESPONSE_BYTES_MAX = 32 * 1024 * 1024;

/** What came of one try at one provider. */
export type Answer =
  /** No answer, or one that broke off before the client saw any of it. */
  | { readonly kind: 'failed'; readonly failure: ProviderFailure }
  /** The client left before an answer began; `sent` tells whether the provider had been asked by then. */
  | { readonly kind: 'gone'; readonly sent: boolean }
  /** The account cancelled the request before an answer began, or while a whole one was awaited. */
  | { readonly kind: 'cancelled'; readonly sent: boolean }
  /** The gateway ended the request before an answer began, or while a whole one was awaited. */
  | { readonly kind: 'stopped'; readonly reason: StopReason; readonly sent: boolean }
  /** A whole answer, good or bad. */
  | ({ readonly kind: 'body' } & WholeAnswer)
  /** A whole answer, larger than what is kept: the provider has done its work, and the client cannot have it. */
  | { readonly kind: 'oversized' }
  /** Events that went to the client as they came. */
  | {
      readonly kind: 'stream';
      readonly end: 'whole' | 'cut' | 'gone' | 'cancelled' | StopReason;
      readonly reading: StreamReading;
    };

export interface Attempt {
  readonly request: ProviderRequest;
  /** What the answer must be one of. */
  readonly endpoint: Endpoint;
  /** Where events go; absent when the client asked for a whole answer. */
  readonly client: ClientStream | undefined;
  /** Whether the client asked for the usage event itself. */
  readonly wantsUsage: boolean;
  readonly exchange: Exchange;
  /** Aborted, with a StopReason, when the host needs the work to end. */
  readonly stop: AbortSignal;
  /** Aborted when the account cancels the request. */
  readonly cancelled: AbortSignal;
  readonly onFirstByte: () => void;
}

/** Sends one request to one provider and passes a stream on to the client. Rejects only when the provider client throws. */
export function attempt(providers: ProviderClient, options: Attempt): Promise<Answer> {
  return new Promise((resolve) => {
    const listener = new AnswerListener(options, resolve);
    listener.start(providers);
  });
}

class AnswerListener implements ProviderListener {
  readonly #options: Attempt;
  readonly #resolve: (answer: Answer) => void;
  readonly #splitter = new EventSplitter();
  readonly #meter: StreamMeter;
  readonly #chunks: Buffer[] = [];
  #collected = 0;
  #status = 0;
  #headers: Headers = {};
  #streaming = false;
  #ended = false;
  #call: ProviderCall | undefined;
  readonly #onGone = (): void => this.#clientGone();
  readonly #onStop = (): void => this.#hostStops();
  readonly #onCancel = (): void => this.#cancelled();
  readonly #resume = (): void => {
    if (!this.#ended) this.#call?.resume();
  };

  constructor(options: Attempt, resolve: (answer: Answer) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#meter = new StreamMeter(options.request.provider.dialect);
  }

  start(providers: ProviderClient): void {
    const { exchange, stop, cancelled, request } = this.#options;
    exchange.gone.addEventListener('abort', this.#onGone);
    stop.addEventListener('abort', this.#onStop);
    cancelled.addEventListener('abort', this.#onCancel);
    if (stop.aborted) this.#hostStops();
    else if (cancelled.aborted) this.#cancelled();
    else if (exchange.gone.aborted) this.#finish({ kind: 'gone', sent: false });
    else this.#call = providers.send(request, this);
  }

  onHead(status: number, headers: Headers): void {
    this.#options.onFirstByte();
    this.#status = status;
    this.#headers = headers;
    this.#streaming = this.#options.client !== undefined && this.#isGood() && isEventStream(headers);
    if (this.#streaming) this.#options.client?.begin(status, clientHeaders(headers));
  }

  onData(chunk: Buffer): boolean {
    if (this.#ended) return true;
    if (this.#streaming) return this.#passOn(chunk);
    this.#collected += chunk.length;
    if (this.#collected > RESPONSE_BYTES_MAX) {
      this.#call?.abort();
      this.#finish(this.#isGood() ? { kind: 'oversized' } : { kind: 'failed', failure: 'broken' });
      return true;
    }
    this.#chunks.push(chunk);
    return true;
  }

  onEnd(): void {
    if (!this.#streaming) {
      const body = Buffer.concat(this.#chunks);
      const answer = readWholeAnswer(this.#options.endpoint, this.#status, this.#headers, body);
      this.#finish({ kind: 'body', ...answer });
      return;
    }
    this.#passOnRest();
    const { reading } = this.#meter;
    // Some providers never send the dialect's last event; their usage is as good a sign of the end.
    const whole =
      reading.complete || (reading.usage.kind === 'reported' && this.#options.request.provider.dialect === 'openai');
    this.#finish({ kind: 'stream', end: whole ? 'whole' : 'cut', reading });
  }

  onFailure(failure: ProviderFailure): void {
    if (this.#streaming) this.#finish({ kind: 'stream', end: 'cut', reading: this.#meter.reading });
    else this.#finish({ kind: 'failed', failure });
  }

  #isGood(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }

  #passOn(chunk: Buffer): boolean {
    // Most chunks pass as they are; one with the usage event in it is cut around that event.
    const dropped: { start: number; end: number }[] = [];
    let events: Buffer;
    try {
      events = this.#splitter.push(chunk, (bytes, start, end) => {
        if (this.#meter.see(bytes, start, end) && !this.#options.wantsUsage) dropped.push({ start, end });
      });
    } catch {
      this.#call?.abort();
      this.onFailure('broken');
      return true;
    }
    let room = true;
    let at = 0;
    for (const { start, end } of [...dropped, { start: events.length, end: events.length }]) {
      if (start > at) room = this.#options.client?.write(events.subarray(at, start), this.#resume) ?? true;
      at = end;
    }
    return room;
  }

  /** A last event without its blank line is still an event if it ends the stream; half of one is dropped. */
  #passOnRest(): void {
    const rest = this.#splitter.takeRest();
    if (rest === undefined) return;
    const usageOnly = this.#meter.see(rest, 0, rest.length);
    if (!this.#meter.reading.complete || (usageOnly && !this.#options.wantsUsage)) return;
    const blank = rest.at(-1) === 0x0a ? '\n' : '\n\n';
    this.#options.client?.write(Buffer.concat([rest, Buffer.from(blank)]), this.#resume);
  }

  /** A stream is stopped and what was produced is charged. A whole answer shows nothing until its end: it is awaited. */
  #clientGone(): void {
    if (this.#options.client === undefined) return;
    this.#call?.abort();
    if (this.#streaming) this.#finish({ kind: 'stream', end: 'gone', reading: this.#meter.reading });
    else this.#finish({ kind: 'gone', sent: this.#call !== undefined });
  }

  #cancelled(): void {
    this.#call?.abort();
    if (this.#streaming) this.#finish({ kind: 'stream', end: 'cancelled', reading: this.#meter.reading });
    else this.#finish({ kind: 'cancelled', sent: this.#call !== undefined });
  }

  #hostStops(): void {
    this.#call?.abort();
    const reason = this.#options.stop.reason as StopReason;
    if (this.#streaming) this.#finish({ kind: 'stream', end: reason, reading: this.#meter.reading });
    else this.#finish({ kind: 'stopped', reason, sent: this.#call !== undefined });
  }

  #finish(answer: Answer): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.exchange.gone.removeEventListener('abort', this.#onGone);
    this.#options.stop.removeEventListener('abort', this.#onStop);
    this.#options.cancelled.removeEventListener('abort', this.#onCancel);
    this.#resolve(answer);
  }
}
