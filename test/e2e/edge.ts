import { createServer as createHttp, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import type { SecureVersion, TLSSocket } from 'node:tls';

export interface EdgeOptions {
  /** The URL of the gateway behind the edge. */
  readonly origin: string;
  /** @default none, so the edge speaks plain http */
  readonly tls?: { readonly key: string; readonly cert: string; readonly minVersion: SecureVersion };
  /** Headers that are added to every answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Buffers each answer and sends it all at once. */
  readonly buffersAnswers?: boolean;
  /** The code of the error with which every request is refused, as a guard does that does not know the TLS version. */
  readonly refusesAllWith?: string;
  /** The paths that get a page, as those of a console do. */
  readonly pages?: readonly string[];
  /** Answers 403 to connections older than TLS 1.3, as a CloudFront viewer function does. */
  readonly refusesOlderRequests?: boolean;
  /** Is told the method and the path of each request. */
  readonly onRequest?: (methodAndPath: string) => void;
}

export interface Edge {
  readonly url: string;
  stop(): Promise<void>;
}

/** Imitates the edge in front of a gateway in AWS, as far as a client can notice. */
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
  const { origin: to, headers = {}, buffersAnswers: collects = false, refusesOlderRequests = false } = options;
  options.onRequest?.(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
  const isOlder = (incoming.socket as Partial<TLSSocket>).getProtocol?.() !== 'TLSv1.3';
  if (refusesOlderRequests && isOlder) {
    reply.writeHead(403).end();
    return;
  }
  if (options.refusesAllWith !== undefined) {
    reply.writeHead(403).end(JSON.stringify({ error: { code: options.refusesAllWith } }));
    return;
  }
  if (options.pages?.includes(incoming.url ?? '')) {
    reply.writeHead(200, { ...headers, 'content-type': 'text/html' }).end('<!doctype html>');
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
