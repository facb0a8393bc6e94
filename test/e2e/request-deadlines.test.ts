import { StdoutLog } from '../../lambdas/adapters/stdout-log';
import { Agent, request } from 'node:http';
import { LocalApi } from '../../dev/local/gateway/local-api';
import { NodeHost } from '../../dev/local/gateway/node-host';
import type { Exchange } from '../../lambdas/domain/data-plane/exchange';
import { respondJson } from '../../lambdas/domain/data-plane/respond';
import { UnreadClient } from './unread-client';
import { until } from './until';

/** Short, because every test waits for it once. */
const REQUEST_MS = 300;
const CHECK_MS = 20;
/** Longer than any test takes. */
const NEVER_MS = 600_000;
/** More than the system's own buffers take from a client that does not read. */
const LARGE_BYTES = 12 * 1024 * 1024;

let host: NodeHost | undefined;
afterEach(() => host?.close());

async function listen(handle: (exchange: Exchange) => Promise<void>, api?: LocalApi): Promise<number> {
  host = new NodeHost({
    gateway: { handle },
    ...(api && { api }),
    requestMs: REQUEST_MS,
    limits: { writeTimeoutMs: NEVER_MS, checkMs: CHECK_MS },
  });
  return host.listen(0);
}

const get = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: gateway.test\r\n\r\n`;

test('the connection of a response that never ends is closed at its request’s deadline, and the gateway learns of it', async () => {
  let gone: AbortSignal | undefined;
  const port = await listen((exchange) => {
    gone = exchange.gone;
    exchange.begin(200, {}).write('event');
    return Promise.resolve();
  });
  await UnreadClient.send(port, get('/v1/x')).readToEnd();
  await until('the gateway to learn of it', () => gone?.aborted);
});

test('the connection of an answer that its client does not read is closed at its request’s deadline', async () => {
  const port = await listen((exchange) => {
    respondJson(exchange, 200, {}, { text: 'x'.repeat(LARGE_BYTES) });
    return Promise.resolve();
  });
  const client = UnreadClient.send(port, get('/v1/x'));
  await until('the request', () => host?.openRequests === 1);
  await until('the answer to be dropped', () => host?.openRequests === 0);
  expect(await client.readToEnd()).toBeLessThan(LARGE_BYTES);
});

test('the connection of a control-plane answer that its client does not read is closed at its request’s deadline', async () => {
  const serve = () => Promise.resolve({ statusCode: 200, body: 'x'.repeat(LARGE_BYTES) });
  const api = new LocalApi({ open: () => Promise.resolve(serve), log: new StdoutLog() });
  const port = await listen(() => Promise.reject(new Error('not reached')), api);
  const client = UnreadClient.send(port, get('/api/v1/x'));
  await until('the request', () => host?.openRequests === 1);
  await until('the answer to be dropped', () => host?.openRequests === 0);
  expect(await client.readToEnd()).toBeLessThan(LARGE_BYTES);
});

test('the connection of a refused body that its client does not finish is closed', async () => {
  const port = await listen((exchange) => {
    respondJson(exchange, 401, {}, {});
    return Promise.resolve();
  });
  const client = UnreadClient.send(port, 'POST /v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
  expect(await client.readToEnd()).toBeGreaterThan(0);
  await until('the request to be done', () => host?.openRequests === 0);
});

test('every request that waits on a disconnected connection is reported as gone, also if requests were pipelined', async () => {
  const gone: AbortSignal[] = [];
  const port = await listen((exchange) => {
    gone.push(exchange.gone);
    exchange.begin(200, {}).write('event');
    return Promise.resolve();
  });
  const client = UnreadClient.send(port, get('/v1/x') + get('/v1/y') + get('/v1/z'));
  await until('three requests', () => gone.length === 3);
  client.close();
  await until('each to be reported', () => gone.every(({ aborted }) => aborted));
  await until('each to be done', () => host?.openRequests === 0);
});

test('an idle connection stays open when the deadline of its last request has passed', async () => {
  const port = await listen((exchange) => {
    const response = exchange.begin(200, {});
    if (exchange.path === '/v1/whole') response.end('whole');
    return Promise.resolve();
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = (): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      const sent = request({ port, agent, path: '/v1/whole' }, (response) => {
        response.resume().on('end', () => setImmediate(() => resolve(sent.socket?.localPort)));
      });
      sent.on('error', reject).end();
    });
  const first = await ask();
  // A request that begins later reaches its deadline later.
  await UnreadClient.send(port, get('/v1/unfinished')).readToEnd();
  expect(await ask()).toBe(first);
  agent.destroy();
});
