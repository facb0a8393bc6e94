import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A request that the gateway sent to the provider. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly json: { readonly [name: string]: unknown };
  /** Resolves when the gateway drops the connection before the answer ends. */
  readonly aborted: Promise<void>;
}

/** Writes the provider's answer to one request, with exact bytes and timing. */
export type ProviderScript = (reply: ServerResponse, received: Received) => Promise<void> | void;

/** A provider whose answers are scripted by a test. */
export class Upstream {
  readonly received: Received[] = [];
  private script: ProviderScript = (reply) => void reply.writeHead(500).end('no script');
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
        await this.script(reply, received);
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

  /** Answers all further requests with this script, and forgets the requests so far. */
  answerWith(script: ProviderScript): void {
    this.script = script;
    this.received.length = 0;
  }

  stop(): Promise<void> {
    const stopped = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    return stopped;
  }
}

export const wholeAnswer =
  (body: object | string | Buffer, status = 200, headers: { readonly [name: string]: string } = {}): ProviderScript =>
  (reply) =>
    void reply
      .writeHead(status, { 'content-type': 'application/json', 'openai-organization': 'the-operator', ...headers })
      .end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));

/** Sends the chunks as separate packets. */
export const streamedAnswer =
  (chunks: readonly string[]): ProviderScript =>
  async (reply) => {
    reply.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const chunk of chunks) await write(reply, chunk);
    reply.end();
  };

/** Sends the chunks and drops the connection. */
export const brokenStream =
  (chunks: readonly string[]): ProviderScript =>
  async (reply) => {
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const chunk of chunks) await write(reply, chunk);
    reply.destroy();
  };

/** Sends the chunks, then keeps the connection open and silent until the gateway drops it. */
export const endlessStream =
  (chunks: readonly string[]): ProviderScript =>
  async (reply, { aborted }) => {
    reply.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const chunk of chunks) await write(reply, chunk);
    await aborted;
  };

export const noAnswer: ProviderScript = (_reply, { aborted }) => aborted;

/** Resolves once the operating system has the bytes, so that the next ones leave in a packet of their own. */
function write(reply: ServerResponse, chunk: string): Promise<void> {
  return new Promise((resolve) => reply.write(chunk, () => setImmediate(resolve)));
}
