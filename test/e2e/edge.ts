import { createServer as createHttp, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import type { SecureVersion, TLSSocket } from 'node:tls';

export interface EdgeOptions {
  /** The origin that it stands before. */
  readonly to: string;
  /** Without it the edge speaks http. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly minVersion: SecureVersion };
  /** Added to every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Collects each answer and gives it out at once. */
  readonly collects?: boolean;
  /** Answers 403 to a connection older than TLS 1.3, as a viewer function does. */
  readonly refusesOlderRequests?: boolean;
}

export interface Edge {
  readonly url: string;
  stop(): Promise<void>;
}

/** What stands before a gateway in AWS, as far as a client notices it. */
export async function startEdge(options: EdgeOptions): Promise<Edge> {
  const { tls } = options;
  const pass = (incoming: IncomingMessage, reply: ServerResponse): void => forward(options, incoming, reply);
  const server = tls ? createHttps(tls, pass) : createHttp(pass);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function forward(options: EdgeOptions, incoming: IncomingMessage, reply: ServerResponse): void {
  const { to, headers = {}, collects = false, refusesOlderRequests = false } = options;
  const isOlder = (incoming.socket as Partial<TLSSocket>).getProtocol?.() !== 'TLSv1.3';
  if (refusesOlderRequests && isOlder) {
    reply.writeHead(403).end();
    return;
  }
  const sent = request(to + (incoming.url ?? ''), { method: incoming.method, headers: incoming.headers }, (answer) => {
    reply.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...headers });
    if (collects) void buffer(answer).then((bytes) => reply.end(bytes));
    else answer.pipe(reply);
  });
  sent.on('error', () => reply.destroy());
  reply.on('error', () => undefined).on('close', () => void sent.destroy());
  incoming.pipe(sent);
}
