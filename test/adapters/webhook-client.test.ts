import type { LookupAddress } from 'node:dns';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildConnector } from 'undici';
import { publicLookupBy, type Resolve } from '../../lambdas/adapters/egress/public-lookup';
import { ANSWER_BYTES_MAX, UndiciWebhookClient } from '../../lambdas/adapters/webhooks/undici-webhook-client';
import { describeUnless } from '../support/describe-unless';

const HOST = 'hooks.example.com';
const URL = `https://${HOST}/tollgate?team=1`;
const REQUEST = { headers: { 'content-type': 'application/json', 'webhook-id': 'msg_1' }, body: '{"type":"test"}' };

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describeUnless(hasOpenssl ? undefined : 'openssl is not installed')('a receiver', () => {
  const requests: { readonly path: string | undefined; readonly headers: object; readonly body: string }[] = [];
  let folder: string;
  let cert: string;
  let server: Server;
  let port: number;
  let answer: (response: ServerResponse) => void;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-webhook-'));
    const [keyFile, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const about = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`, '-days', '1'];
    const files = ['-keyout', keyFile, '-out', certificate];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...about], { stdio: 'ignore' });
    cert = readFileSync(certificate, 'utf8');
    server = createServer({ key: readFileSync(keyFile, 'utf8'), cert }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => void chunks.push(chunk));
      request.on('end', () => {
        requests.push({ path: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
        answer(response);
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  beforeEach(() => {
    requests.length = 0;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });

  /** A client whose connections to any host name go to this machine, which only a test may do. */
  const client = (attemptMsMax = 10_000): UndiciWebhookClient => {
    const connect = buildConnector({ ca: cert });
    return new UndiciWebhookClient({
      attemptMsMax,
      connect: (options, callback) =>
        connect({ ...options, hostname: '127.0.0.1', port: String(port), servername: options.hostname }, callback),
    });
  };

  /** A client that checks addresses, with a resolver that a test scripts, and finds the receiver's port. */
  const checkingClient = (resolve: Resolve, attemptMsMax = 10_000): UndiciWebhookClient => {
    const connect = buildConnector({ ca: cert, lookup: publicLookupBy(resolve) });
    return new UndiciWebhookClient({
      attemptMsMax,
      connect: (options, callback) =>
        connect({ ...options, port: String(port), servername: options.hostname }, callback),
    });
  };

  test('a receiver gets the event as it was signed, and its status is the answer', async () => {
    answer = (response) => response.writeHead(202).end('thanks');
    expect(await client().post(URL, REQUEST)).toEqual({ outcome: 'answered', status: 202 });
    expect(requests).toEqual([
      { path: '/tollgate?team=1', body: REQUEST.body, headers: expect.objectContaining(REQUEST.headers) as object },
    ]);
  });

  test('an event is sent only to the host that the certificate names', async () => {
    const other = await client().post('https://other.example.com/', REQUEST);
    expect([other, requests]).toEqual([{ outcome: 'not_reached' }, []]);
  });

  test('a redirect, also one to a private address, is an answer and is not followed', async () => {
    answer = (response) => response.writeHead(307, { location: `https://127.0.0.1:${port}/inside` }).end();
    expect(await client().post(URL, REQUEST)).toEqual({ outcome: 'answered', status: 307 });
    expect(requests).toHaveLength(1);
  });

  test('a receiver that does not answer in time is given up', async () => {
    answer = () => undefined;
    expect(await client(300).post(URL, REQUEST)).toEqual({ outcome: 'timed_out' });
  });

  test('a status counts although the body after it never ends', async () => {
    answer = (response) => void response.writeHead(200).write('x');
    expect(await client(300).post(URL, REQUEST)).toEqual({ outcome: 'answered', status: 200 });
  });

  test('a giant answer is cut off', async () => {
    let sentBytes = 0;
    const closed = new Promise<void>((resolve) => {
      answer = (response) => {
        response.writeHead(200).on('close', resolve);
        const write = (): void => {
          while (!response.destroyed && sentBytes < 1_000 * ANSWER_BYTES_MAX) {
            sentBytes += ANSWER_BYTES_MAX;
            if (!response.write(Buffer.alloc(ANSWER_BYTES_MAX))) return void response.once('drain', write);
          }
          response.end();
        };
        write();
      };
    });
    expect(await client().post(URL, REQUEST)).toEqual({ outcome: 'answered', status: 200 });
    await closed;
    // Buffers of the connection hold some more than the client has read.
    expect(sentBytes).toBeLessThan(500 * ANSWER_BYTES_MAX);
  });

  test('a receiver that closes the connection without an answer was not reached', async () => {
    answer = (response) => void response.destroy();
    expect(await client().post(URL, REQUEST)).toEqual({ outcome: 'not_reached' });
  });

  test.each([
    ['a loopback address', ['127.0.0.1']],
    ['a private address', ['10.0.0.1']],
    ['the metadata service', ['169.254.169.254']],
    ['its IPv6 address', ['fd00:ec2::254']],
    ['a link-local IPv6 address', ['fe80::1']],
    ['an IPv4-mapped IPv6 address', ['::ffff:127.0.0.1']],
    ['an IPv4 address behind NAT64', ['64:ff9b::7f00:1']],
    ['a private address among public ones', ['192.0.2.1', '127.0.0.1']],
  ])('a host name of %s is refused before a connection', async (_what, addresses) => {
    const resolve: Resolve = (_hostname, _options, callback) => callback(null, addresses.map(addressOf));
    expect(await checkingClient(resolve).post(URL, REQUEST)).toEqual({ outcome: 'not_public' });
    expect(requests).toEqual([]);
  });

  test('a host name that changes to a private address after the check leads to the checked address', async () => {
    const answers = ['192.0.2.1', '127.0.0.1'];
    let lookups = 0;
    const resolve: Resolve = (_hostname, _options, callback) => {
      lookups += 1;
      callback(null, [addressOf(answers.shift() ?? '127.0.0.1')]);
    };
    const { outcome } = await checkingClient(resolve, 500).post(URL, REQUEST);
    expect(['timed_out', 'not_reached']).toContain(outcome);
    expect([lookups, requests]).toEqual([1, []]);
  });

  test.each([
    `https://127.0.0.1/`,
    `https://[::1]/`,
    `https://169.254.169.254/latest/meta-data/`,
    `https://user:password@${HOST}/`,
    `http://${HOST}/`,
    `https://${HOST}:8443/`,
    'http://127.0.0.1/',
    'https://printer.local/',
  ])('the URL %s is refused before a connection', async (url) => {
    expect(await client().post(url, REQUEST)).toEqual({ outcome: 'not_public' });
    expect(requests).toEqual([]);
  });
});

const addressOf = (address: string): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 });
