import type { StreamReader, StreamReading } from '../../dialects/endpoint';
import type { Headers } from '../../headers';
import { clientHeaders } from '../provider/provider-headers';
import type { ClientStream } from './client-stream';
import { EventSplitter, LINE_FEED } from './sse-events';

/**
 * Passes a provider's events to the client, complete and unchanged, and reads their usage on the way. It drops events
 * that contain only usage, if only the gateway asked for the usage.
 */
export class EventRelay {
  readonly #client: ClientStream;
  readonly #reader: StreamReader;
  readonly #splitter = new EventSplitter();

  constructor(client: ClientStream, reader: StreamReader) {
    this.#client = client;
    this.#reader = reader;
  }

  get reading(): StreamReading {
    return this.#reader.reading;
  }

  /** How many bytes wait for the rest of their event, or for a slow client. */
  get keptBytes(): number {
    return this.#splitter.restBytes + this.#client.waitingBytes;
  }

  get isClientSlow(): boolean {
    return this.#client.waitingBytes > 0;
  }

  begin(status: number, headers: Headers): void {
    this.#client.begin(status, clientHeaders(headers));
  }

  /**
   * @param onRoom called once the client accepts more, after this returned false
   * @returns false when the client is slower than the provider
   * @throws EventTooLong
   */
  push(chunk: Buffer, onRoom: () => void): boolean {
    // Most chunks pass unchanged; a chunk with a hidden event is cut around that event.
    const hidden: { start: number; end: number }[] = [];
    const events = this.#splitter.push(chunk, (bytes, start, end) => {
      if (this.#reader.readEvent(bytes, start, end)) hidden.push({ start, end });
    });
    let hasRoom = true;
    let at = 0;
    for (const { start, end } of [...hidden, { start: events.length, end: events.length }]) {
      if (start > at) hasRoom = this.#client.write(events.subarray(at, start), onRoom);
      at = end;
    }
    return hasRoom;
  }

  /** A last event without a blank line is kept if it ends the stream; any other incomplete event is dropped. */
  end(onRoom: () => void): void {
    const rest = this.#splitter.takeRest();
    if (rest === undefined) return;
    const before = this.#reader.reading;
    const isHidden = this.#reader.readEvent(rest, 0, rest.length);
    const { complete, isWhole } = this.#reader.reading;
    const isEnd = (complete && !before.complete) || (isWhole && !before.isWhole);
    if (isHidden || !isEnd) return;
    const blank = rest.at(-1) === LINE_FEED ? '\n' : '\n\n';
    this.#client.write(Buffer.concat([rest, Buffer.from(blank)]), onRoom);
  }
}
