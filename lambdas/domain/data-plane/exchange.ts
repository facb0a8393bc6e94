import type { Writable } from 'node:stream';
import type { Headers } from '../headers';

/**
 * How much a host buffers for a client that reads slowly before the gateway pauses the provider. Every host sets it,
 * because Node's default grew from 16 KB to 64 KB with Node 22. A stalled stream costs this much memory: 500 of them
 * cost 8 MB instead of 32 MB. Events have a few hundred bytes, and streams of them were not faster with 64 KB.
 */
export const CLIENT_BUFFER_BYTES = 16 * 1024;

/** One client's request and the means to answer it, as a host (a Lambda invocation, the local server) presents it. */
export interface Exchange {
  readonly method: string;
  /** With its leading slash and without a query. */
  readonly path: string;
  /** Without its question mark; empty when there is none. The gateway never reads parameters from it. */
  readonly query: string;
  readonly headers: Headers;
  /** The client's IP address as the host sees it, never as the client claims. Used for the rules of its key alone. */
  readonly clientAddress: string | undefined;
  /**
   * The ARN of the caller that AWS has authenticated, never one that the client claims. Absent without such a caller.
   */
  readonly principal?: string | undefined;
  /**
   * Reads the whole body.
   * @throws PayloadTooLarge above `bytesMax`, without reading on
   */
  readBody(bytesMax: number): Promise<Buffer>;
  /**
   * Starts the response; called once. The stream that it returns carries the body, buffers CLIENT_BUFFER_BYTES and must
   * be ended. The host listens to the stream's errors, so writers need not.
   */
  begin(status: number, headers: { readonly [name: string]: string }): Writable;
  /** Aborted when the client has left. A host that does not notice it (Lambda) never aborts. */
  readonly gone: AbortSignal;
  /** Epoch milliseconds at which the host kills the work; the gateway stops before that. */
  readonly deadline: number;
}
