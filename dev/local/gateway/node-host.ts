import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { CLIENT_BUFFER_BYTES, type Exchange } from '../../../lambdas/domain/data-plane/exchange';
import type { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import { isApiPath, type LocalApi } from './local-api';
import { discard, readBody } from './request-body';

/** Loopback only: a local run has no TLS and prints its key. */
const HOST = '127.0.0.1';

/** Slow senders hold a connection no longer than this. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;
/** Longer than clients keep theirs, so that it is not we who close a connection that they are about to use. */
const KEEP_ALIVE_MS = 75_000;
/** For answers that are on their way when the host stops. */
const CLOSE_PATIENCE_MS = 5_000;

export interface NodeHostOptions {
  readonly gateway: Pick<Gateway, 'handle'>;
  /** @default none: the gateway answers every path */
  readonly api?: LocalApi;
  /** How long a request may take in all. */
  readonly requestMs: number;
}

/** Presents what comes in over HTTP to the planes, as CloudFront and the hosts behind it do in AWS. */
export class NodeHost {
  private readonly server: Server;

  constructor({ gateway, api, requestMs }: NodeHostOptions) {
    this.server = createServer(
      { noDelay: true, keepAlive: true, highWaterMark: CLIENT_BUFFER_BYTES },
      (request, response) => {
        if (api && isApiPath(request.url ?? '')) void api.answer(request, response);
        else void gateway.handle(toExchange(request, response, Date.now() + requestMs));
      },
    );
    this.server.headersTimeout = HEADERS_TIMEOUT_MS;
    this.server.requestTimeout = REQUEST_TIMEOUT_MS;
    this.server.keepAliveTimeout = KEEP_ALIVE_MS;
  }

  /** @returns the port. Rejects with the system's error, EADDRINUSE for one. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject).listen(port, HOST, () => {
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** Takes no more requests. */
  stopAccepting(): void {
    if (this.server.listening) this.server.close();
  }

  /** Resolves once all answers are sent, or after five seconds; then nothing is connected any more. */
  async close(): Promise<void> {
    this.stopAccepting();
    this.server.closeIdleConnections();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.server.closeAllConnections(), CLOSE_PATIENCE_MS);
      const check = (): void => {
        this.server.closeIdleConnections();
        this.server.getConnections((_error, count) => {
          if (count > 0) return void setTimeout(check, 20);
          clearTimeout(timer);
          resolve();
        });
      };
      check();
    });
  }
}

function toExchange(request: IncomingMessage, response: ServerResponse, deadline: number): Exchange {
  const gone = new AbortController();
  // Writing to a client that has left is no error of ours; `gone` says so.
  response.on('error', () => gone.abort());
  response.on('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  const url = request.url ?? '/';
  const query = url.indexOf('?');
  return {
    method: request.method ?? '',
    path: query === -1 ? url : url.slice(0, query),
    query: query === -1 ? '' : url.slice(query + 1),
    headers: request.headers as Exchange['headers'],
    clientAddress: request.socket.remoteAddress,
    deadline,
    gone: gone.signal,
    readBody: (bytesMax) => readBody(request, bytesMax),
    begin: (status, headers) => begin(request, response, status, headers),
  };
}

function begin(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: { readonly [name: string]: string },
): Writable {
  if (isUnread(request)) return refuseUnread(request, response, status, headers);
  response.writeHead(status, headers);
  // A stream's head goes out even when its first event takes a while; with an event at hand they go together.
  if (headers['content-length'] === undefined) setImmediate(() => response.flushHeaders());
  return response;
}

function isUnread({ headers, readableEnded }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return hasBody && !readableEnded;
}

/** Answers before the body was read, and closes: a little later, as a client that still sends would miss the answer. */
function refuseUnread(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: { readonly [name: string]: string },
): Writable {
  response.writeHead(status, { ...headers, connection: 'close' });
  return new Writable({
    write: (chunk: Buffer, _encoding, written) => void response.write(chunk, written),
    final: (done) => {
      void discard(request).then(() => {
        response.end();
        done();
      });
    },
  }).on('error', () => response.destroy());
}
