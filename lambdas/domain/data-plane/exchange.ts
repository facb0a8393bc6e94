import type { Writable } from 'node:stream';
import type { Headers } from '../headers';

/**
 * How much a host buffers for a client that reads slowly before the gateway pauses the provider. Every host sets it,
 * because Node's default grew from 16 KB to 64 KB with Node 22. A stalled stream costs this much memory: 500 of them
 * cost 8 MB instead of 32 MB. Events have a few hundred bytes, and streams of them were not faster with 64 KB.
 */
export const CLIENT_BUFFER_BYTES = 16 * 1024;

/** One client's request and the way to answer it, as a host (a Lambda invocation, the local server) presents it. */
export interface Exchange {
  readonly method: string;
  /** With its leading slash and without a query. */
  readonly path: string;
  /** Without its question mark; empty where there is none. Nothing is taken from it. */
  readonly query: string;
  readonly headers: Headers;
  /** The client's IP address as the host knows it; never what the client says. For the rules of its key, and nothing else. */
  readonly clientAddress: string | undefined;
  /** Whom AWS has proved to call: an ARN. Never what the client says. Absent where AWS proves nobody. */
  readonly principal?: string | undefined;
  /** The whole body. Throws PayloadTooLarge above `bytesMax`, without reading on. */
  readBody(bytesMax: number): Promise<Buffer>;
  /**
   * Starts the response; called once. What it returns carries the body and must be ended; its buffer is
   * CLIENT_BUFFER_BYTES. The host listens to its errors; who writes to it need not.
   */
  begin(status: number, headers: { readonly [name: string]: string }): Writable;
  /** Aborted when the client has left. A host that does not learn it (Lambda) never aborts. */
  readonly gone: AbortSignal;
  /** Epoch milliseconds at which the host kills the work; the gateway ends its own before. */
  readonly deadline: number;
}
