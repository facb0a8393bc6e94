import { buildConnector } from 'undici';

/** A request that failed before the first byte of a response. */
export interface FailedDispatch {
  readonly error: Error;
  /** Milliseconds since the request was sent. */
  readonly afterMs: number;
}

/** Error codes of a connection that the other side has closed. */
const ENDED = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/**
 * Distinguishes failures of stale connections, which had been used and were closed since, from failures of providers.
 */
export class StaleConnections {
  /** The connector for undici's agents. It connects exactly as undici's own. */
  readonly connect: buildConnector.connector;
  readonly #onUsed = new WeakSet<Error>();
  readonly #staleMs: number;

  constructor({ connectTimeoutMs, staleMs }: { readonly connectTimeoutMs: number; readonly staleMs: number }) {
    this.#staleMs = staleMs;
    const connect = buildConnector({ timeout: connectTimeoutMs });
    this.connect = (options, callback) => {
      connect(options, (...made) => {
        const [, socket] = made;
        // A connection that has received bytes has been used. Bytes of the TLS handshake are not counted.
        socket?.on('error', (error: Error) => {
          if (socket.bytesRead > 0) this.#onUsed.add(error);
        });
        callback(...made);
      });
    };
  }

  /** If the connection is new, or had been working on the request for a while, the provider is the cause. */
  isCauseOf({ error, afterMs }: FailedDispatch): boolean {
    const { code = '' } = error as { code?: string };
    return afterMs <= this.#staleMs && ENDED.has(code) && this.#onUsed.has(error);
  }
}
