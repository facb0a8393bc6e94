import type { MeteredEndpoint, MeteredRequest, StreamReader, WholeShortener } from '../../dialects/endpoint';
import { EventSplitter, EventTooLong } from '../streaming/sse-events';
import type { WholeReading } from './answer';

/** Reads a whole answer as its bytes pass, in a bounded amount of memory. */
export interface BodyReader {
  push(chunk: Buffer): void;
  /** Whether the bytes so far cannot be an answer. */
  readonly isBroken: boolean;
  /** Whether the answer's last byte has arrived; only blanks may follow. */
  readonly isComplete: boolean;
  /** @returns undefined when the bytes are not the answer that was asked for */
  end(): WholeReading | undefined;
}

/** Reads an answer in the endpoint's own format. */
export class WholeReader implements BodyReader {
  readonly #endpoint: MeteredEndpoint;
  readonly #asked: MeteredRequest;
  readonly #shortener: WholeShortener;
  #bytes = 0;

  constructor(endpoint: MeteredEndpoint, asked: MeteredRequest) {
    this.#endpoint = endpoint;
    this.#asked = asked;
    this.#shortener = endpoint.whole.shorten();
  }

  get isBroken(): boolean {
    return this.#shortener.state === 'broken';
  }

  get isComplete(): boolean {
    return this.#shortener.state === 'complete';
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    this.#shortener.push(chunk);
  }

  end(): WholeReading | undefined {
    if (!this.isComplete) return undefined;
    const reading = this.#endpoint.readAnswer(this.#shortener.bytes(), this.#asked);
    // The shortened answer has fewer bytes than the model's output.
    return reading && { ...reading, producedTokensMax: this.#bytes };
  }
}

/** Reads the events of a provider that streams although the client asked for a whole answer. */
export class EventsReader implements BodyReader {
  readonly isBroken = false;
  /** Providers may send more events after the one that ends the dialect's stream. */
  readonly isComplete = false;
  readonly #reader: StreamReader;
  readonly #splitter = new EventSplitter();
  #isReadable = true;
  #bytes = 0;

  constructor(reader: StreamReader) {
    this.#reader = reader;
  }

  push(chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (!this.#isReadable) return;
    try {
      this.#splitter.push(chunk, (bytes, start, end) => void this.#reader.readEvent(bytes, start, end));
    } catch (error) {
      if (!(error instanceof EventTooLong)) throw error;
      this.#isReadable = false;
      this.#splitter.takeRest();
    }
  }

  end(): WholeReading | undefined {
    const rest = this.#splitter.takeRest();
    if (rest) this.#reader.readEvent(rest, 0, rest.length);
    const { usage, isUsageFinal, producedTokensMax, failed } = this.#reader.reading;
    if (!this.#isReadable) return { usage: { kind: 'absent' }, producedTokensMax: this.#bytes };
    const isSilent = usage.kind === 'absent' && producedTokensMax === 0;
    return failed || isSilent ? undefined : { usage, isUsageFinal, producedTokensMax };
  }
}

/** @returns undefined when the endpoint's own reading of the kept body is all there is */
export function eventsReader(endpoint: MeteredEndpoint, asked: MeteredRequest): EventsReader | undefined {
  const reader = endpoint.stream?.(asked);
  return reader && new EventsReader(reader);
}
