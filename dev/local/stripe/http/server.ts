import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FakeControls } from '../controls/fake-controls';
import { serveControl } from '../controls/serve-control';
import { servePage } from '../pages/serve-page';
import type { WebhookSender } from '../webhooks/webhook-sender';
import { type Api, serveCall } from './serve-call';

const BODY_BYTES_MAX = 1024 * 1024;

interface Parts {
  readonly api: Api;
  readonly controls: FakeControls;
  readonly webhooks: WebhookSender;
}

/** Serves the API, the pages and the controls. On the loopback address only, because nothing here is protected. */
export function listen(parts: Parts, port: number): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    answer(parts, request, response).catch(() => response.destroy());
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      resolve({ server, port: (server.address() as AddressInfo).port });
    });
  });
}

async function answer(
  { api, controls, webhooks }: Parts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '', ...rest] = (request.url ?? '').split('?');
  const query = rest.join('?');
  const method = request.method ?? '';
  const body = await readBody(request);
  if (path.startsWith('/_fake/')) {
    // A page of another origin cannot send this type without being asked for permission first.
    const isJson = (request.headers['content-type'] ?? '').startsWith('application/json');
    const result =
      isJson && method === 'POST'
        ? await serveControl(controls, path.slice('/_fake/'.length), body)
        : { status: 415, body: '{"error":{"message":"Send POST with content-type application/json."}}' };
    response.writeHead(result.status, { 'content-type': 'application/json' }).end(result.body);
    return;
  }
  if (path.startsWith('/v1/')) {
    const header = (name: string): string | undefined => request.headers[name]?.toString();
    const result = await serveCall(api, { method, path, form: method === 'POST' ? body : query, header });
    await webhooks.beforeReply();
    if (result) response.writeHead(result.status, result.headers).end(result.body);
    else request.socket.destroy();
  } else {
    const page = servePage(api.state, { isPost: method === 'POST', path, form: body });
    response.writeHead(page.status, page.headers).end(page.body);
  }
  webhooks.pump();
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new Error('The request is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
