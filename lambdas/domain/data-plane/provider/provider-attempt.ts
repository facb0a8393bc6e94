import type { AnswerReading, MeteredEndpoint, StreamReading } from '../../dialects/endpoint';
import { isEventStream } from '../../dialects/events/event-stream';
import type { StopReason } from '../stop-errors';
import type { Headers } from '../../headers';
import { type Exchange, WRITE_TIMEOUT_MS } from '../exchange';
import type { EventRelay } from '../streaming/event-relay';
import { EventTooLong } from '../streaming/sse-events';
import type {
  ProviderCall,
  ProviderClient,
  ProviderFailure,
  ProviderListener,
  ProviderRequest,
} from './provider-client';

/** A whole answer is kept until its charge is known. Larger ones (thousands of embeddings as text) are refused. */
export const RESPONSE_BYTES_MAX = 32 * 1024 * 1024;

/** An answer that a provider gave in one piece, good or bad. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
  /** The endpoint's reading of the body; undefined when it is not the answer that was asked for. */
  readonly reading: AnswerReading | undefined;
}

/** The result of one attempt at one provider. */
export type Answer =
  /** There is no answer, or it broke off before the client saw any of it. */
  | { readonly kind: 'failed'; readonly failure: ProviderFailure }
  /** The client disconnected before an answer began; `sent` says whether the request had been sent to the provider. */
  | { readonly kind: 'gone'; readonly sent: boolean }
  /** The account cancelled the request before an answer began, or while a whole one was awaited. */
  | { readonly kind: 'cancelled'; readonly sent: boolean }
  /** The gateway ended the request before an answer began, or while a whole one was awaited. */
  | { readonly kind: 'stopped'; readonly reason: StopReason; readonly sent: boolean }
  /** A whole answer, successful or not. */
  | ({ readonly kind: 'body' } & WholeAnswer)
  /** A whole answer that is too large to keep: the provider did its work, but the client cannot get it. */
  | { readonly kind: 'oversized' }
  /** A stream whose events were passed to the client as they arrived. */
  | {
      readonly kind: 'stream';
      readonly end: 'whole' | 'cut' | 'gone' | 'cancelled' | StopReason;
      readonly reading: StreamReading;
    };

export interface Attempt {
  readonly request: ProviderRequest;
  /** Reads a whole answer. */
  readonly endpoint: MeteredEndpoint;
  /** Passes events to the client; absent when the client asked for a whole answer. */
  readonly relay: EventRelay | undefined;
  readonly exchange: Exchange;
  /** Aborted with a StopReason when the host needs the request to end. */
  readonly stop: AbortSignal;
  /** Aborted when the account cancels the request. */
  readonly cancelled: AbortSignal;
  readonly onFirstByte: () => void;
}

/**
 * Sends one request to one provider and passes a stream on to the client. Rejects only when the provider client throws.
 */
export function attempt(providers: ProviderClient, options: Attempt): Promise<Answer> {
  return new Promise((resolve) => {
    const listener = new AnswerListener(options, resolve);
    listener.start(providers);
  });
}

class AnswerListener implements ProviderListener {
  readonly #options: Attempt;
  readonly #resolve: (answer: Answer) => void;
  readonly #chunks: Buffer[] = [];
  #collected = 0;
  /** The size that was last reported to the host. */
  #keptBytes = 0;
  #pause: NodeJS.Timeout | undefined;
  #status = 0;
  #headers: Headers = {};
  /** Set once the answer turns out to be a stream. */
  #relay: EventRelay | undefined;
  #ended = false;
  #call: ProviderCall | undefined;
  readonly #onGone = (): void => this.#clientGone();
  readonly #onStop = (): void => this.#hostStops();
  readonly #onCancel = (): void => this.#cancelled();
  readonly #resume = (): void => {
    this.#endPause();
    if (this.#ended) return;
    if (this.#relay) this.#keep(this.#relay.keptBytes);
    this.#call?.resume();
  };

  constructor(options: Attempt, resolve: (answer: Answer) => void) {
    this.#options = options;
    this.#resolve = resolve;
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
    if (!this.#isGood() || !isEventStream(headers)) return;
    this.#relay = this.#options.relay;
    this.#relay?.begin(status, headers);
  }

  onData(chunk: Buffer): boolean {
    if (this.#ended) return true;
    const hasRoom = this.#relay ? this.#passOn(this.#relay, chunk) : this.#collect(chunk);
    if (!hasRoom) this.#pause ??= setTimeout(() => this.#pausedTooLong(), WRITE_TIMEOUT_MS);
    return hasRoom;
  }

  #collect(chunk: Buffer): boolean {
    this.#collected += chunk.length;
    if (this.#collected > RESPONSE_BYTES_MAX) {
      this.#call?.abort();
      this.#finish(this.#isGood() ? { kind: 'oversized' } : { kind: 'failed', failure: 'broken' });
      return true;
    }
    this.#chunks.push(chunk);
    return this.#keep(this.#collected);
  }

  onEnd(): void {
    if (!this.#relay) {
      this.#finish({ kind: 'body', ...this.#wholeAnswer() });
      return;
    }
    this.#relay.end(this.#resume);
    const { reading } = this.#relay;
    this.#finish({ kind: 'stream', end: reading.isWhole ? 'whole' : 'cut', reading });
  }

  onFailure(failure: ProviderFailure): void {
    if (this.#relay) this.#finish({ kind: 'stream', end: 'cut', reading: this.#relay.reading });
    else this.#finish({ kind: 'failed', failure });
  }

  #isGood(): boolean {
    return this.#status >= 200 && this.#status < 300;
  }

  #wholeAnswer(): WholeAnswer {
    const [status, headers, body] = [this.#status, this.#headers, Buffer.concat(this.#chunks)];
    const reading = this.#isGood() ? this.#options.endpoint.readAnswer(headers, body) : undefined;
    return { status, headers, body, reading };
  }

  #passOn(relay: EventRelay, chunk: Buffer): boolean {
    try {
      const hasRoom = relay.push(chunk, this.#resume);
      return this.#keep(relay.keptBytes) && hasRoom;
    } catch (error) {
      // Any other error comes from the client's stream, and the provider is not to blame for it.
      if (!(error instanceof EventTooLong)) throw error;
      this.#call?.abort();
      this.onFailure('broken');
      return true;
    }
  }

  /** @returns false when the process keeps too much */
  #keep(bytes: number): boolean {
    if (bytes === this.#keptBytes) return true;
    this.#keptBytes = bytes;
    return this.#options.exchange.keepAnswer?.(bytes, this.#resume) ?? true;
  }

  #endPause(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
  }

  /** The cause is a client that does not read, or else a process that has had no memory all the time. */
  #pausedTooLong(): void {
    this.#pause = undefined;
    if (this.#relay?.isClientSlow) this.#options.exchange.disconnect?.();
    else this.#stopped('overload');
  }

  /**
   * A stream is stopped, and its output so far is charged. A whole answer is awaited, because none of it is visible
   * before the end.
   */
  #clientGone(): void {
    if (this.#options.relay === undefined) return;
    this.#call?.abort();
    if (this.#relay) this.#finish({ kind: 'stream', end: 'gone', reading: this.#relay.reading });
    else this.#finish({ kind: 'gone', sent: this.#call !== undefined });
  }

  #cancelled(): void {
    this.#call?.abort();
    if (this.#relay) this.#finish({ kind: 'stream', end: 'cancelled', reading: this.#relay.reading });
    else this.#finish({ kind: 'cancelled', sent: this.#call !== undefined });
  }

  #hostStops(): void {
    this.#stopped(this.#options.stop.reason as StopReason);
  }

  #stopped(reason: StopReason): void {
    this.#call?.abort();
    if (this.#relay) this.#finish({ kind: 'stream', end: reason, reading: this.#relay.reading });
    else this.#finish({ kind: 'stopped', reason, sent: this.#call !== undefined });
  }

  #finish(answer: Answer): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#endPause();
    this.#options.exchange.gone.removeEventListener('abort', this.#onGone);
    this.#options.stop.removeEventListener('abort', this.#onStop);
    this.#options.cancelled.removeEventListener('abort', this.#onCancel);
    this.#resolve(answer);
  }
}
