import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Runs a command for another process, and resolves to what that process should print. */
export type ControlHandler = (request: unknown) => Promise<object>;

/**
 * A loopback port on which the owner identifies itself and runs commands for other processes. It stays open for as
 * long as the folder is owned, so a closed port means that the owner is gone.
 */
export class ControlServer {
  private readonly server: Server;
  private readonly id: string;
  private readonly authorization: Buffer;
  private handler: ControlHandler | undefined;
  private readonly running = new Set<Promise<void>>();

  private constructor(identity: { readonly id: string; readonly token: string }) {
    this.id = identity.id;
    this.authorization = digest(`Bearer ${identity.token}`);
    this.server = createServer((request, response) => this.receive(request, response));
  }

  static async listen(identity: { readonly id: string; readonly token: string }): Promise<ControlServer> {
    const control = new ControlServer(identity);
    await new Promise<void>((resolve, reject) => {
      control.server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    return control;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Starts running commands. Until then, and after `drain`, other processes are told to try again. */
  serve(handler: ControlHandler): void {
    this.handler = handler;
  }

  /** Accepts no more commands, and resolves once the running ones have finished. */
  async drain(): Promise<void> {
    this.handler = undefined;
    await Promise.all(this.running);
  }

  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    return closed;
  }

  private receive(request: IncomingMessage, response: ServerResponse): void {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ''), this.authorization)) {
      response.writeHead(401).end();
      return;
    }
    const { handler } = this;
    if (request.method === 'GET') {
      send(response, 200, { id: this.id });
    } else if (handler === undefined) {
      send(response, 503, {});
    } else {
      const done = run(handler, request, response).finally(() => this.running.delete(done));
      this.running.add(done);
    }
  }
}

async function run(handler: ControlHandler, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    send(response, 200, await handler(JSON.parse(await text(request))));
  } catch {
    send(response, 400, {});
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
}

const digest = (given: string): Buffer => createHash('sha256').update(given).digest();
