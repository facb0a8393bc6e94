import { buildConnector } from 'undici';

/** A request that failed before the first byte of an answer. */
export interface FailedDispatch {
  readonly error: Error;
  /** From the time at which it was sent. */
  readonly afterMs: number;
}

/** What is told of a connection that the other side has ended. */
const ENDED = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** Knows which failures are those of connections that had served before and were no longer there. */
export class StaleConnections {
  /** For undici: makes connections as it does itself. */
  readonly connect: buildConnector.connector;
  readonly #onUsed = new WeakSet<Error>();
  readonly #staleMs: number;

  constructor({ connectTimeoutMs, staleMs }: { readonly connectTimeoutMs: number; readonly staleMs: number }) {
    this.#staleMs = staleMs;
    const connect = buildConnector({ timeout: connectTimeoutMs });
    this.connect = (options, callback) => {
      connect(options, (...made) => {
        const [, socket] = made;
        // A connection on which an answer came before is not new. TLS's own bytes are not counted.
        socket?.on('error', (error: Error) => {
          if (socket.bytesRead > 0) this.#onUsed.add(error);
        });
        callback(...made);
      });
    };
  }

  /** A new connection that breaks is the provider's doing, and so is one that breaks after a while. */
  isCauseOf({ error, afterMs }: FailedDispatch): boolean {
    const { code = '' } = error as { code?: string };
    return afterMs <= this.#staleMs && ENDED.has(code) && this.#onUsed.has(error);
  }
}
