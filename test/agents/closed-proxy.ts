import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that lets nothing through, and notes which hosts a program wanted to reach. */
export interface ClosedProxy {
  readonly refused: readonly string[];
  /** Variables that make a program send everything through the proxy that is not for this machine. */
  readonly environment: { readonly [name: string]: string };
  stop(): Promise<void>;
}

export async function startClosedProxy(): Promise<ClosedProxy> {
  const refused: string[] = [];
  const server = createServer((request, reply) => {
    refused.push(request.url ?? '');
    reply.writeHead(403).end();
  });
  server.on('connect', (request, socket) => {
    refused.push(request.url ?? '');
    socket.on('error', () => undefined).end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    refused,
    environment: { HTTP_PROXY: url, HTTPS_PROXY: url, ALL_PROXY: url, NO_PROXY: '127.0.0.1,localhost' },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
