import type { Writable } from 'node:stream';
import type { LambdaFunctionURLEvent } from 'aws-lambda';
import { BINARY_BODY_BYTES_MAX, TEXT_BODY_BYTES_MAX } from '../../contracts/deployment/edge';
import { PayloadTooLarge } from '../../domain/errors/app-error';
import type { Exchange } from '../../domain/data-plane/exchange';

/** The runtime's additions to the global scope; absent everywhere else. */
export interface StreamingRuntime {
  streamifyResponse(
    handler: (event: FunctionUrlEvent, stream: Writable, context: InvocationContext) => Promise<void>,
    options: { readonly highWaterMark: number },
  ): unknown;
  readonly HttpResponseStream: {
    from(stream: Writable, head: { statusCode: number; headers: { readonly [name: string]: string } }): Writable;
  };
}

export interface InvocationContext {
  getRemainingTimeInMillis(): number;
}

/** The event, with the fields that Lambda adds if the URL requires a signature. */
export type FunctionUrlEvent = LambdaFunctionURLEvent & {
  readonly requestContext: { readonly authorizer?: { readonly iam?: { readonly userArn?: string } } };
};

/** Reads the caller and its address, which each kind of URL reports in its own way. */
export type ReadCaller = (event: FunctionUrlEvent) => Pick<Exchange, 'clientAddress' | 'principal'>;

/** A function does not learn that its client disconnected, so this never aborts. */
const NEVER_GONE = new AbortController().signal;

/** An invocation's response could not be completed. The request itself is settled. */
export class AnswerBrokenOff extends Error {
  constructor() {
    super('The response could not be completed; its request is settled.');
    this.name = 'AnswerBrokenOff';
  }
}

/** One invocation as the gateway sees it, and what its handler needs to know at the end. */
export interface FunctionUrlExchange extends Exchange {
  /**
   * Called when the gateway is done.
   * @throws AnswerBrokenOff when the response is incomplete. The runtime reports a handler's error to Lambda in the
   * trailers of the response, and the process lives on; a stream that is destroyed would look like a crash
   */
  complete(): void;
}

/** One invocation through a streaming function URL. */
export function functionUrlExchange(
  runtime: StreamingRuntime,
  event: FunctionUrlEvent,
  stream: Writable,
  context: InvocationContext,
  readCaller: ReadCaller,
): FunctionUrlExchange {
  let isBrokenOff = false;
  return {
    method: event.requestContext.http.method,
    path: event.rawPath,
    query: event.rawQueryString,
    headers: event.headers,
    ...readCaller(event),
    deadline: Date.now() + context.getRemainingTimeInMillis(),
    gone: NEVER_GONE,
    breakOff: () => {
      isBrokenOff = true;
    },
    complete: () => {
      if (isBrokenOff) throw new AnswerBrokenOff();
    },
    readBody: () => {
      const body = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
      const bytesMax = event.isBase64Encoded ? BINARY_BODY_BYTES_MAX : TEXT_BODY_BYTES_MAX;
      return body.length > bytesMax ? Promise.reject(new PayloadTooLarge(bytesMax)) : Promise.resolve(body);
    },
    begin: (statusCode, headers) => {
      const response = runtime.HttpResponseStream.from(stream, { statusCode, headers });
      // A broken connection is not a bug. Without a listener, its error would end the process and abandon every hold.
      response.on('error', () => undefined);
      // The runtime sends the head with the first write, so a body that is only passed to `end` would be sent without
      // it.
      response.write('');
      return response;
    },
  };
}
