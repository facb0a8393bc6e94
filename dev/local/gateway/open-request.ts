import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MemoryShare } from './memory-share';
import { readBody } from './request-body';

/** A client that made progress right after one check may make the next just after the following one. */
const STALLED_CHECKS = 2;

export interface RequestLimits {
  /** The longest that a request may take from start to end. */
  readonly requestMs: number;
  /** How often each connection is checked for progress. */
  readonly checkMs: number;
  /** A client is disconnected when it accepts nothing of its answer, or sends nothing of its body, for this long. */
  readonly writeTimeoutMs: number;
  /** The longest that a request's body waits for memory. */
  readonly memoryWaitMs: number;
}

interface OpenRequestOptions {
  readonly memory: MemoryShare;
  readonly limits: RequestLimits;
  /** Called once the response has left or was cut off, and the handler is done. */
  readonly onDone: () => void;
}

/** A request from its first byte until its response has left and its handler is done. */
export class OpenRequest {
  readonly memory: MemoryShare;
  readonly #request: IncomingMessage;
  readonly #limits: RequestLimits;
  readonly #onDone: () => void;
  readonly #left = new AbortController();
  /** Monotonic milliseconds. */
  readonly #deadline: number;
  #movedBytes = 0;
  #checksWithoutProgress = 0;
  #isHandled = false;
  #isResponseClosed = false;

  constructor(request: IncomingMessage, response: ServerResponse, { memory, limits, onDone }: OpenRequestOptions) {
    this.memory = memory;
    this.#request = request;
    this.#limits = limits;
    this.#onDone = onDone;
    this.#deadline = performance.now() + limits.requestMs;
    // Writing to a client that has disconnected is not an error; the signal reports it instead.
    response.on('error', () => this.#left.abort());
    response.on('close', () => {
      if (!response.writableFinished) this.#left.abort();
      this.#isResponseClosed = true;
      this.#checksWithoutProgress = 0;
      this.#endWhenDone();
    });
  }

  /** Aborted when the client disconnects, or is disconnected. */
  get gone(): AbortSignal {
    return this.#left.signal;
  }

  /** Whether the client neither reads nor sends, although it is its turn. */
  get isStalled(): boolean {
    return this.#checksWithoutProgress >= STALLED_CHECKS;
  }

  /** @throws PayloadTooLarge, InvalidRequest or ServiceUnavailable as `readBody` in ./request-body.ts */
  readBody(bytesMax: number): Promise<Buffer> {
    return readBody(this.#request, { bytesMax, memory: this.memory, waitMs: this.#limits.memoryWaitMs });
  }

  /**
   * Disconnects the client at the deadline, and when it has stalled for the write timeout.
   * @param now monotonic milliseconds
   * @param isLate whether a lack of progress since the last check proves nothing
   */
  check(now: number, isLate: boolean): void {
    // The next request may be using the connection already.
    if (this.#isResponseClosed) return;
    const { socket } = this.#request;
    const movedBytes = socket.bytesRead + socket.bytesWritten - socket.writableLength;
    const hasMoved = movedBytes !== this.#movedBytes;
    this.#movedBytes = movedBytes;
    if (hasMoved || !this.#isClientsTurn()) this.#checksWithoutProgress = 0;
    else if (!isLate) this.#checksWithoutProgress += 1;
    const stalledMs = this.#checksWithoutProgress * this.#limits.checkMs;
    if (stalledMs >= this.#limits.writeTimeoutMs || now >= this.#deadline) this.cut();
  }

  /** Ends the connection, whatever its client does. */
  cut(): void {
    this.#request.socket.destroy();
    this.memory.free();
  }

  handled(): void {
    this.#isHandled = true;
    this.memory.answered();
    this.#endWhenDone();
  }

  #endWhenDone(): void {
    if (!this.#isHandled || !this.#isResponseClosed) return;
    this.memory.close();
    this.#onDone();
  }

  #isClientsTurn(): boolean {
    const { socket, complete, readableFlowing } = this.#request;
    return socket.writableLength > 0 || (!complete && readableFlowing === true);
  }
}
