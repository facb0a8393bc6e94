import type { MeteredEndpoint, MeteredRequest } from '../../dialects/endpoint';
import { isEventStream } from '../../dialects/events/event-stream';
import type { StopReason } from '../stop-errors';
import type { Headers } from '../../headers';
import type { Exchange } from '../exchange';
import type { RollingOutput } from '../rolling/rolling-output';
import type { ClientOutput } from '../streaming/client-output';
import type { EventRelay } from '../streaming/event-relay';
import { EventTooLong } from '../streaming/sse-events';
import type { Answer } from './answer';
import { AnswerUnusable } from './answer-unusable';
import { type OpenedBody, Opening } from './opening';
import {
  isSuccess,
  type ProviderCall,
  type ProviderClient,
  type ProviderFailure,
  type ProviderListener,
  type ProviderRequest,
} from './provider-client';
import { inItsDialects } from './provider-headers';
import { ProviderPause } from './provider-pause';
import { WholeReceiver } from './whole-receiver';

export interface Attempt {
  readonly request: ProviderRequest;
  /** Reads a whole answer. */
  readonly endpoint: MeteredEndpoint;
  /** The client's request. */
  readonly asked: MeteredRequest;
  /** Passes events to the client; absent when the client asked for a whole answer. */
  readonly relay: EventRelay | undefined;
  /** The client's end of a whole answer. */
  readonly output: ClientOutput;
  /** Follows a stream as it is read. */
  readonly rolling: Pick<RollingOutput, 'progress' | 'readingPaused'> | undefined;
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

const NOTHING = Buffer.alloc(0);

class AnswerListener implements ProviderListener {
  readonly #options: Attempt;
  readonly #resolve: (answer: Answer) => void;
  readonly #opening = new Opening();
  /** The size that was last reported to the host. */
  #keptBytes = 0;
  readonly #pause = new ProviderPause(() => this.#pausedTooLong());
  /** Whether the first bytes of the body have shown what it is. */
  #isOpen = false;
  #status = 0;
  #headers: Headers = {};
  /** Set once the answer turns out to be a stream. */
  #relay: EventRelay | undefined;
  /** Set once the answer turns out not to be one. */
  #whole: WholeReceiver | undefined;
  #ended = false;
  #call: ProviderCall | undefined;
  readonly #onGone = (): void => this.#clientGone();
  readonly #onStop = (): void => this.#hostStops();
  readonly #onCancel = (): void => this.#cancelled();
  readonly #resume = (): void => {
    this.#pause.end();
    if (this.#ended) return;
    if (this.#sink) this.#keep(this.#sink.keptBytes);
    this.#call?.resume();
  };

  constructor(options: Attempt, resolve: (answer: Answer) => void) {
    this.#options = options;
    this.#resolve = resolve;
  }

  start(providers: ProviderClient): void {
    const { endpoint, exchange, stop, cancelled, request } = this.#options;
    exchange.gone.addEventListener('abort', this.#onGone);
    stop.addEventListener('abort', this.#onStop);
    cancelled.addEventListener('abort', this.#onCancel);
    if (stop.aborted) this.#hostStops();
    else if (cancelled.aborted) this.#cancelled();
    else if (exchange.gone.aborted) this.#finish({ kind: 'gone', sent: false });
    else this.#call = providers.send(inItsDialects(request, endpoint.id), this);
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
    const bytes = this.#isOpen ? chunk : this.#open(this.#opening.push(chunk));
    if (bytes.length === 0) return true;
    const hasRoom = this.#passOn(bytes);
    if (!hasRoom) {
      this.#options.rolling?.readingPaused();
      this.#pause.begin(this.#sink?.isClientSlow === true);
    }
    return hasRoom;
  }

  onEnd(): void {
    if (!this.#isOpen) this.#passOn(this.#open(this.#opening.end()));
    if (this.#whole) this.#endWhole(this.#whole);
    if (!this.#relay) return;
    this.#relay.end(this.#resume);
    const { reading } = this.#relay;
    this.#finish({ kind: 'stream', end: reading.isWhole ? 'whole' : 'cut', reading });
  }

  onFailure(failure: ProviderFailure): void {
    const { wasClientSlow } = this.#pause;
    if (this.#relay) this.#finish({ kind: 'stream', end: 'cut', reading: this.#relay.reading });
    else if (this.#whole?.hasPassed === true) this.#finish({ kind: 'broken_off', wasClientSlow });
    else this.#finish({ kind: 'failed', failure });
  }

  get #sink(): EventRelay | WholeReceiver | undefined {
    return this.#relay ?? this.#whole;
  }

  #isGood(): boolean {
    return isSuccess(this.#status);
  }

  /**
   * Decides what becomes of the body, once its first bytes show what it is.
   * @returns the bytes to be passed on
   */
  #open(opened: OpenedBody | undefined): Buffer {
    if (opened === undefined) return NOTHING;
    this.#isOpen = true;
    if (this.#relay) return opened.bytes;
    const { endpoint, asked, relay, output } = this.#options;
    const [status, headers] = [this.#status, this.#headers];
    const isEvents = this.#isGood() && (isEventStream(headers) || opened.isEvents);
    if (isEvents && relay) {
      this.#relay = relay;
      // A client would not read a stream with another content type.
      relay.begin(status, { ...headers, 'content-type': undefined });
    } else {
      this.#whole = new WholeReceiver({ endpoint, asked, output, status, headers, isEvents });
    }
    return opened.bytes;
  }

  #passOn(bytes: Buffer): boolean {
    const sink = this.#sink;
    if (sink === undefined) return true;
    try {
      const hasRoom = sink.push(bytes, this.#resume);
      if (this.#relay) this.#options.rolling?.progress(this.#relay);
      return this.#keep(sink.keptBytes) && hasRoom;
    } catch (error) {
      this.#refuse(error);
      return true;
    }
  }

  #endWhole(whole: WholeReceiver): void {
    try {
      this.#finish(whole.end());
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): void {
    // Any other error comes from the client's stream, and the provider is not to blame for it.
    if (!(error instanceof EventTooLong) && !(error instanceof AnswerUnusable)) throw error;
    this.#call?.abort();
    if (error instanceof AnswerUnusable && error.reason === 'oversized') this.#finish({ kind: 'oversized' });
    else this.onFailure('broken');
  }

  /** @returns false when the process keeps too much */
  #keep(bytes: number): boolean {
    if (bytes === this.#keptBytes) return true;
    this.#keptBytes = bytes;
    return this.#options.exchange.keepAnswer?.(bytes, this.#resume) ?? true;
  }

  /** The cause is a client that does not read, or else a process that has had no memory all the time. */
  #pausedTooLong(): void {
    if (this.#sink?.isClientSlow === true) this.#options.exchange.disconnect?.();
    else this.#stopped('overload');
  }

  /** A stream is stopped, and its output so far is charged. A whole answer is awaited, because its usage comes last. */
  #clientGone(): void {
    if (this.#whole?.hasPassed === true) {
      this.#whole.clientGone();
      this.#resume();
      return;
    }
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
    this.#pause.end();
    this.#options.exchange.gone.removeEventListener('abort', this.#onGone);
    this.#options.stop.removeEventListener('abort', this.#onStop);
    this.#options.cancelled.removeEventListener('abort', this.#onCancel);
    this.#resolve(answer);
  }
}
