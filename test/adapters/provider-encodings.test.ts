import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type BrotliCompress,
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createGzip,
  deflateRawSync,
  deflateSync,
  type Gzip,
  gzipSync,
} from 'node:zlib';
import { UndiciProviderClient } from '../../lambdas/adapters/providers/undici-provider-client';
import type { Headers } from '../../lambdas/domain/headers';
import type { ProviderCall } from '../../lambdas/domain/data-plane/provider/provider-client';

let server: Server;
let client: UndiciProviderClient;
let answer: (reply: ServerResponse) => void = () => undefined;

beforeEach(async () => {
  server = createServer((request, reply) => {
    reply.on('error', () => undefined);
    request.resume().on('end', () => answer(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new UndiciProviderClient({ apiKey: () => undefined });
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

interface Received {
  headers: Headers;
  readonly chunks: Buffer[];
  end?: string;
}

/** Sends a request. `onData` decides whether there is room for more, and may resume or abort the call. */
function send(onData: (chunk: Buffer, call: ProviderCall) => boolean = () => true): {
  received: Received;
  ended: Promise<Received>;
  call: ProviderCall;
} {
  const received: Received = { headers: {}, chunks: [] };
  let finish: (received: Received) => void;
  const ended = new Promise<Received>((resolve) => (finish = resolve));
  const end = (how: string): void => {
    if (received.end !== undefined) throw new Error(`told ${received.end} and then ${how}`);
    received.end = how;
    setImmediate(() => finish(received));
  };
  const { port } = server.address() as AddressInfo;
  const call: ProviderCall = client.send(
    {
      provider: { id: 'p', dialect: 'openai', baseUrl: `http://127.0.0.1:${port}` },
      path: '/',
      headers: {},
      body: Buffer.from('{}'),
    },
    {
      onHead: (_status, headers) => (received.headers = headers),
      onData: (chunk) => {
        received.chunks.push(Buffer.from(chunk));
        return onData(chunk, call);
      },
      onEnd: () => end('end'),
      onFailure: end,
    },
  );
  return { received, ended, call };
}

const TEXT = JSON.stringify({ choices: [], text: 'hello '.repeat(10_000) });
const encoded = (encoding: string, body: Buffer | string) => (reply: ServerResponse) =>
  void reply.writeHead(200, { 'content-encoding': encoding, 'content-length': Buffer.byteLength(body) }).end(body);

test.each([
  ['gzip', gzipSync(TEXT)],
  ['GZIP', gzipSync(TEXT)],
  ['x-gzip', gzipSync(TEXT)],
  ['deflate', deflateSync(TEXT)],
  ['deflate', deflateRawSync(TEXT)],
  ['br', brotliCompressSync(TEXT)],
  ['identity', TEXT],
  ['gzip', TEXT],
])('a provider’s answer is decoded, with its headers: %s', async (encoding, body) => {
  answer = encoded(encoding, body);
  const { headers, chunks, end } = await send().ended;
  expect([Buffer.concat(chunks).toString(), end]).toEqual([TEXT, 'end']);
  if (encoding !== 'identity')
    expect([headers['content-encoding'], headers['content-length']]).toEqual([undefined, undefined]);
});

test.each([
  ['gzip', (): Gzip | BrotliCompress => createGzip()],
  ['br', (): Gzip | BrotliCompress => createBrotliCompress()],
])('each event of an encoded stream arrives when the provider sends it: %s', async (encoding, create) => {
  const encoder = create();
  answer = (reply) => void encoder.pipe(reply.writeHead(200, { 'content-encoding': encoding }));
  let arrived: () => void = () => undefined;
  const { received, ended } = send(() => {
    arrived();
    return true;
  });
  for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
    const next = new Promise<void>((resolve) => (arrived = resolve));
    encoder.write(text);
    encoder.flush(encoding === 'br' ? constants.BROTLI_OPERATION_FLUSH : constants.Z_SYNC_FLUSH);
    await next;
    expect(Buffer.concat(received.chunks).toString().endsWith(text)).toBe(true);
  }
  encoder.end();
  expect((await ended).end).toBe('end');
});

test('a body that decodes to a thousand times its size is decoded no further than its receiver takes it', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  answer = encoded('gzip', bomb);
  let first: () => void = () => undefined;
  const paused = new Promise<void>((resolve) => (first = resolve));
  const { received, call } = send(() => {
    first();
    return false;
  });
  await paused;
  for (let turns = 0; turns < 100; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(Buffer.concat(received.chunks).length).toBeLessThan(64 * 1024);
  call.abort();
  expect(received.end).toBeUndefined();
});

test('a receiver that pauses an encoded answer and resumes it gets all of it', async () => {
  answer = encoded('br', brotliCompressSync(TEXT));
  const { ended } = send((_chunk, call) => {
    setImmediate(() => call.resume());
    return false;
  });
  expect(Buffer.concat((await ended).chunks).toString()).toBe(TEXT);
});

test('an encoded answer that is not what it says is broken', async () => {
  answer = encoded('gzip', Buffer.concat([gzipSync(TEXT).subarray(0, 20), Buffer.alloc(1_000, 0xff)]));
  expect((await send().ended).end).toBe('broken');
});

test('an encoded answer whose connection breaks is broken', async () => {
  answer = (reply) => {
    reply.writeHead(200, { 'content-encoding': 'gzip' }).write(gzipSync(TEXT).subarray(0, 40), () => reply.destroy());
  };
  expect((await send().ended).end).toBe('broken');
});

test('an encoded answer that ends early is received as far as it goes', async () => {
  answer = encoded('gzip', gzipSync(TEXT).subarray(0, -8));
  const { chunks, end } = await send().ended;
  expect([Buffer.concat(chunks).toString(), end]).toEqual([TEXT, 'end']);
});
