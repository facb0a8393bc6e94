import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { UndiciProviderClient } from '../../lambdas/adapters/providers/undici-provider-client';
import type { Headers } from '../../lambdas/domain/headers';
import type { ProviderFailure } from '../../lambdas/domain/data-plane/provider/provider-client';

/** Responds to one request on a connection; `count` is the request's number on that connection, from 1. */
type Play = (socket: Socket, count: number) => void;

const OK = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';
const answer: Play = (socket) => void socket.write(OK);

let server: Server;
let client: UndiciProviderClient;
let play: Play = answer;
const sockets: Socket[] = [];
let requests: string[] = [];

beforeEach(async () => {
  sockets.length = 0;
  requests = [];
  play = answer;
  server = createServer((socket) => {
    let count = 0;
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      requests.push(bytes.toString());
      count += 1;
      play(socket, count);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new UndiciProviderClient({ apiKey: () => 'sk-operator' });
});
afterEach(async () => {
  await client.close();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

interface Told {
  readonly heads: { readonly status: number; readonly headers: Headers }[];
  body: string;
  end?: 'end' | ProviderFailure;
}

const base = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`;

function send(through = client, dialect: 'openai' | 'anthropic' = 'openai', headers: Headers = {}): Promise<Told> {
  const told: Told = { heads: [], body: '' };
  return new Promise((resolve) => {
    const finish = (end: 'end' | ProviderFailure): void => {
      if (told.end !== undefined) throw new Error(`told ${told.end} and then ${end}`);
      told.end = end;
      // A second end would follow within two turns of the event loop, and the connection is free one turn after the
      // response.
      setImmediate(() => setImmediate(() => resolve(told)));
    };
    through.send(
      {
        provider: { id: 'p', dialect, baseUrl: base() },
        path: '/chat',
        headers: { accept: 'x', ...headers },
        body: Buffer.from('{"a":1}'),
      },
      {
        onHead: (status, headers) => void told.heads.push({ status, headers }),
        onData: (chunk) => {
          told.body += chunk.toString();
          return true;
        },
        onEnd: () => finish('end'),
        onFailure: (failure) => finish(failure),
      },
    );
  });
}

describe('a request to a provider', () => {
  test('a request carries the provider’s own credentials, in its dialect, and the body unchanged', async () => {
    await send();
    await send(client, 'anthropic');
    expect(requests[0]).toMatch(/^POST \/v1\/chat HTTP\/1\.1\r\n/);
    expect(requests[0]).toMatch(/\r\nauthorization: Bearer sk-operator\r\n[^]*\r\n\r\n\{"a":1\}$/);
    expect(requests[1]).toMatch(/\r\nx-api-key: sk-operator\r\n/);
    expect(requests[1]).not.toMatch('Bearer');
  });

  test.each(['x\r\nauthorization: Bearer sk-client', 'x\nx-api-key: k', 'x\u0000', 'x\r\n\r\nPOST /v1/other HTTP/1.1'])(
    'a request with a header value that would add another header is not sent: %j',
    async (value) => {
      expect((await send(client, 'openai', { 'openai-beta': value })).heads).toEqual([]);
      expect(requests).toEqual([]);
      expect(await send()).toMatchObject({ end: 'end' });
    },
  );

  test('a second request uses the connection of the first', async () => {
    await send();
    await send();
    expect([sockets.length, requests.length]).toEqual([1, 2]);
  });

  test('a request’s listener receives the real answer and not the informational one before it', async () => {
    play = (socket) => void socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${OK}`);
    expect(await send()).toMatchObject({
      heads: [{ status: 200, headers: { 'content-type': 'application/json' } }],
      body: '{}',
      end: 'end',
    });
  });

  test('a request does not follow a redirect with the operator’s key', async () => {
    play = (socket) =>
      void socket.write(
        'HTTP/1.1 307 Temporary Redirect\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n',
      );
    expect(await send()).toMatchObject({ heads: [{ status: 307 }], end: 'end' });
  });

  test.each([
    ['text that is not HTTP', 'hello\r\n\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['headers without end', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(70_000)}`],
    ['a header with a control character', 'HTTP/1.1 200 OK\r\ncontent-type: a\u0000b\r\ncontent-length: 0\r\n\r\n'],
    ['broken chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n'],
  ])('a response of %s is a broken answer, and the request is not repeated', async (_what, bytes) => {
    play = (socket) => void socket.write(bytes);
    expect((await send()).end).toBe('broken');
    expect(requests).toHaveLength(1);
  });

  test('a request to a closed port is unreachable', async () => {
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const outcome = await new Promise((resolve) => {
      const none = (): void => undefined;
      client.send(
        {
          provider: { id: 'p', dialect: 'openai', baseUrl: `http://127.0.0.1:${port}` },
          path: '/',
          headers: {},
          body: Buffer.from('{}'),
        },
        { onHead: none, onData: () => true, onEnd: none, onFailure: resolve },
      );
    });
    expect(outcome).toBe('unreachable');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
});

describe('an idle connection that was closed', () => {
  test('a request on a connection that was reset is sent once more, on a new connection', async () => {
    play = (socket, count) => {
      if (count === 1) answer(socket, count);
      else socket.resetAndDestroy();
    };
    await send();
    expect(await send()).toMatchObject({ heads: [{ status: 200 }], body: '{}', end: 'end' });
    expect([sockets.length, requests.length]).toEqual([2, 3]);
    expect(requests[2]?.split('\r\n\r\n')[1]).toBe('{"a":1}');
  });

  test('a connection that was closed cleanly is replaced as well', async () => {
    play = (socket, count) => {
      if (count === 1) answer(socket, count);
      else socket.end();
    };
    await send();
    expect((await send()).end).toBe('end');
    expect(sockets).toHaveLength(2);
  });

  test('a connection that is known to be closed is replaced before it is used', async () => {
    await send();
    const closed = new Promise((resolve) => sockets[0]?.once('close', resolve));
    sockets[0]?.end();
    await closed;
    expect((await send()).end).toBe('end');
    expect([sockets.length, requests.length]).toEqual([2, 2]);
  });

  test('a connection is replaced only once', async () => {
    await send();
    play = (socket) => socket.resetAndDestroy();
    expect((await send()).end).toBe('broken');
    expect([sockets.length, requests.length]).toEqual([2, 3]);
  });

  test('a connection that breaks after a byte of an answer is a failure', async () => {
    await send();
    play = (socket) => void socket.write('HTTP/1.1 2', () => socket.resetAndDestroy());
    expect((await send()).end).toBe('broken');
    expect(requests).toHaveLength(2);
  });

  test('a connection that breaks when the provider may have been working is a failure', async () => {
    const impatient = new UndiciProviderClient({ apiKey: () => undefined, staleMs: 0 });
    await send(impatient);
    play = (socket) => socket.resetAndDestroy();
    expect((await send(impatient)).end).toBe('broken');
    expect(requests).toHaveLength(2);
    await impatient.close();
  });

  test('a new connection that breaks is a failure at once', async () => {
    play = (socket) => socket.resetAndDestroy();
    expect((await send()).end).toBe('broken');
    expect(requests).toHaveLength(1);
  });
});
