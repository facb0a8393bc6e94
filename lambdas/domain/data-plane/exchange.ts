import type { Writable } from 'node:stream';
import { SECOND_MS } from '../clock';
import type { Headers } from '../headers';

/**
 * How much a host buffers for a client that reads slowly before the gateway pauses the provider. Every host sets it,
 * because Node 22 raised the default from 16 KB to 64 KB. A stalled stream costs this much memory: 500 of them cost 8
 * MB instead of 32 MB. Events are a few hundred bytes long, and a buffer of 64 KB did not make their streams faster.
 */
export const CLIENT_BUFFER_BYTES = 16 * 1024;

/**
 * A client whose connection accepts no byte of its answer for this long is disconnected, if its host can do that. A
 * provider is not paused for longer either, because it would give up the connection, and the answer with it.
 */
export const WRITE_TIMEOUT_MS = 30 * SECOND_MS;

/** One client's request and the means to answer it, as a host (a Lambda invocation, the local server) presents it. */
export interface Exchange {
  readonly method: string;
  /** Has a leading slash and no query. */
  readonly path: string;
  /** Has no question mark; empty without a query. Only the parameters of lists are read from it. */
  readonly query: string;
  readonly headers: Headers;
  /** The client's IP address as the host sees it, never as the client claims. Used only for the rules of its key. */
  readonly clientAddress: string | undefined;
  /**
   * The ARN of the caller as AWS authenticated it, never as the client claims it. Absent if AWS authenticated no
   * caller.
   */
  readonly principal?: string | undefined;
  /**
   * Reads the whole body.
   * @throws PayloadTooLarge above the most that this host can accept, without reading on
   */
  readBody(): Promise<Buffer>;
  /**
   * Starts the response; called once. The stream that it returns carries the body, buffers CLIENT_BUFFER_BYTES and must
   * be ended. The host listens to the stream's errors, so writers need not.
   */
  begin(status: number, headers: { readonly [name: string]: string }): Writable;
  /**
   * Tells the host how many bytes of the answer the gateway keeps at the moment. Absent if the host serves one request
   * at a time, as a function does.
   * @param onRoom called, never from within this call, once the process has room again
   * @returns false when the process keeps too much, so that the provider is to be paused
   */
  readonly keepAnswer?: (bytes: number, onRoom: () => void) => boolean;
  /**
   * Disconnects the client, which aborts `gone`. Absent in a function: Lambda's runtime takes a response stream that is
   * destroyed for a crash, and would end the process before the request is settled.
   */
  readonly disconnect?: () => void;
  /**
   * Called instead of ending the response's stream when the response cannot be completed and is free, and only after the
   * request is settled: the client must not take the response for a complete one, and may retry.
   */
  breakOff(): void;
  /** Aborted when the client disconnects. A host that cannot notice this (Lambda) never aborts it. */
  readonly gone: AbortSignal;
  /** Epoch milliseconds at which the host ends the request; the gateway stops before that. */
  readonly deadline: number;
}
