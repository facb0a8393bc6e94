import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { CLIENT_BUFFER_BYTES, type Exchange } from '../../../lambdas/domain/data-plane/exchange';
import type { Gateway } from '../../../lambdas/domain/data-plane/gateway';
import type { LocalPage } from '../pages/local-page';
import { DOWNLOADS_PATH } from '../privacy/folder-exports';
import { isApiPath, type LocalApi } from './local-api';
import type { OpenRequest } from './open-request';
import { DEFAULT_LIMITS, type HostLimits, OpenRequests } from './open-requests';
import { discard } from './request-body';
import { bodyStream } from './send-body';

/** Only loopback, because a local run has no TLS and prints its key. */
const HOST = '127.0.0.1';

/** As much as Anthropic accepts. In AWS a body must also fit into Lambda's event, so the limit there is lower. */
const REQUEST_BYTES_MAX = 32 * 1024 * 1024;

/** Limits how long a slow sender can occupy a connection. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 120_000;
/** Longer than clients keep idle connections, so that the host never closes one that a client is about to use. */
const KEEP_ALIVE_MS = 75_000;
/** How long a stopping host waits for responses in progress. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface NodeHostOptions {
  readonly gateway: Pick<Gateway, 'handle'>;
  /** @default none, so the gateway answers every path */
  readonly api?: LocalApi;
  /** The pages of the local run, by path. @default none */
  readonly pages?: ReadonlyMap<string, LocalPage>;
  /** Serves the files of exports. @default none */
  readonly downloads?: LocalPage;
  /** The longest that a request may take from start to end. */
  readonly requestMs: number;
  /** @default DEFAULT_LIMITS */
  readonly limits?: Partial<HostLimits>;
}

/** Routes HTTP requests to the data plane and the control plane, as CloudFront and the hosts behind it do in AWS. */
export class NodeHost {
  private readonly server: Server;
  private readonly open: OpenRequests;

  constructor({ gateway, api, pages, downloads, requestMs, limits }: NodeHostOptions) {
    this.open = new OpenRequests({ ...DEFAULT_LIMITS, requestMs, ...limits });
    this.server = createServer(
      { noDelay: true, keepAlive: true, highWaterMark: CLIENT_BUFFER_BYTES },
      (request, response) => {
        const open = this.open.add(request, response);
        const url = request.url ?? '';
        const page = url.startsWith(DOWNLOADS_PATH) ? downloads : pages?.get(url);
        const handled = page
          ? showPage(page, request, response)
          : api && isApiPath(url)
            ? api.answer(request, response, open)
            : gateway.handle(toExchange(request, response, open, Date.now() + requestMs));
        void handled.finally(() => open.handled());
      },
    );
    this.server.headersTimeout = HEADERS_TIMEOUT_MS;
    this.server.requestTimeout = REQUEST_TIMEOUT_MS;
    this.server.keepAliveTimeout = KEEP_ALIVE_MS;
  }

  /** How many requests are not done yet: their response has not left, or they are not settled. */
  get openRequests(): number {
    return this.open.count;
  }

  /** How many bytes of requests and answers the process keeps. */
  get keptBytes(): number {
    return this.open.keptBytes;
  }

  /**
   * @returns the port
   * @throws NodeJS.ErrnoException when the port cannot be opened, for example with EADDRINUSE
   */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject).listen(port, HOST, () => {
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /** Accepts no more connections. */
  stopAccepting(): void {
    if (this.server.listening) this.server.close();
  }

  /** Resolves when all responses are sent, and after five seconds at the latest. No connection is open then. */
  async close(): Promise<void> {
    this.stopAccepting();
    this.server.closeIdleConnections();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.server.closeAllConnections(), CLOSE_TIMEOUT_MS);
      const check = (): void => {
        this.server.closeIdleConnections();
        this.server.getConnections((_error, count) => {
          if (count > 0) return void setTimeout(check, 20);
          clearTimeout(timer);
          this.open.stop();
          resolve();
        });
      };
      check();
    });
  }
}

async function showPage(page: LocalPage, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await page.answer(request, response);
  } catch {
    // The page shows nothing of an error that it did not expect.
    if (!response.headersSent) response.writeHead(500).end();
  }
}

function toExchange(request: IncomingMessage, response: ServerResponse, open: OpenRequest, deadline: number): Exchange {
  const url = request.url ?? '/';
  const query = url.indexOf('?');
  return {
    method: request.method ?? '',
    path: query === -1 ? url : url.slice(0, query),
    query: query === -1 ? '' : url.slice(query + 1),
    headers: request.headers as Exchange['headers'],
    clientAddress: request.socket.remoteAddress,
    deadline,
    gone: open.gone,
    disconnect: () => open.cut(),
    breakOff: () => open.cut(),
    keepAnswer: (bytes, onRoom) => open.memory.keepAnswer(bytes, onRoom),
    readBody: () => open.readBody(REQUEST_BYTES_MAX),
    begin: (status, headers) => begin(request, response, status, headers),
  };
}

function begin(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  headers: { readonly [name: string]: string },
): Writable {
  if (hasUnreadBody(request)) return refuseUnread(request, response, status, headers);
  response.writeHead(status, headers);
  // A stream's headers go out even if its first event is late. If the event is ready, both leave in one packet.
  if (headers['content-length'] === undefined) setImmediate(() => response.flushHeaders());
  return bodyStream(response, Number(headers['content-length']));
}

function hasUnreadBody({ headers, readableEnded }: IncomingMessage): boolean {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return hasBody && !readableEnded;
}

/**
 * Answers a request whose body was not read, and closes the connection. The close waits until the body was discarded,
 * because a client that is still sending would otherwise miss the answer.
 */
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
