import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What the gateway sent to the provider. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly json: { readonly [name: string]: unknown };
  /** Resolves when the connection ends before the answer does. */
  readonly aborted: Promise<void>;
}

/** Plays the provider for one request: exact bytes, at its own pace. */
export type Play = (reply: ServerResponse, received: Received) => Promise<void> | void;

/** A provider that does what a test says. */
export class Upstream {
  readonly received: Received[] = [];
  private play: Play = (reply) => void reply.writeHead(500).end('no play');
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, reply) => {
      const aborted = new Promise<void>((resolve) => {
        reply.on('close', () => {
          if (!reply.writableFinished) resolve();
        });
      });
      reply.on('error', () => undefined);
      void buffer(request).then(async (body) => {
        const json = JSON.parse(body.toString()) as Received['json'];
        const received = { path: request.url ?? '', headers: request.headers, body, json, aborted };
        this.received.push(received);
        await this.play(reply, received);
      });
    });
  }

  static async start(): Promise<Upstream> {
    const upstream = new Upstream();
    await new Promise<void>((resolve) => upstream.server.listen(0, '127.0.0.1', resolve));
    return upstream;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** What it does from now on. */
  plays(play: Play): void {
    this.play = play;
    this.received.length = 0;
  }

  stop(): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    return stopped;
  }
}

export const whole =
  (body: object | string, status = 200, headers: { readonly [name: string]: string } = {}): Play =>
  (reply) =>
    void reply
      .writeHead(status, { 'content-type': 'application/json', 'openai-organization': 'the-operator', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body));

/** Sends the chunks as they are, each when the one before has left. */
export const streamed =
  (chunks: readonly string[]): Play =>
  async (reply) => {
    reply.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const chunk of chunks) await write(reply, chunk);
    reply.end();
  };

/** Sends the chunks and breaks the connection. */
export const cut =
  (chunks: readonly string[]): Play =>
  async (reply) => {
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const chunk of chunks) await write(reply, chunk);
    reply.destroy();
  };

/** Sends the chunks and nothing more, until the other side leaves. */
export const endless =
  (chunks: readonly string[]): Play =>
  async (reply, { aborted }) => {
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const chunk of chunks) await write(reply, chunk);
    await aborted;
  };

export const silent: Play = (_reply, { aborted }) => aborted;

/** Resolves when the bytes are with the system, so that the next ones travel by themselves. */
function write(reply: ServerResponse, chunk: string): Promise<void> {
  return new Promise((resolve) => reply.write(chunk, () => setImmediate(resolve)));
}
