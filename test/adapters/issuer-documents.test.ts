import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, buildConnector } from 'undici';
import {
  documentFetcher,
  DocumentUnavailable,
  type FetchDocument,
} from '../../lambdas/adapters/federation/issuer-documents';
import { AddressNotPublic, isPublicAddress, publicLookup } from '../../lambdas/adapters/egress/public-lookup';
import { describeUnless } from '../support/describe-unless';

test.each(['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '2606:4700::1111', '2a00::1'])(
  '%s is a public address',
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  'fe80::1',
  'fc00::1',
  'fd00:ec2::254',
  '::ffff:127.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '2001::1',
  'no address',
  '',
])('%j is not a public address', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test('a name of the local machine is not resolved', async () => {
  const looked = new Promise((resolve) => publicLookup('localhost', {}, (error) => resolve(error)));
  await expect(looked).resolves.toBeInstanceOf(AddressNotPublic);
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describeUnless(hasOpenssl ? undefined : 'openssl is not installed')('a document', () => {
  const requests: { readonly host: string | undefined; readonly headers: object }[] = [];
  let folder: string;
  let server: Server;
  let dispatcher: Agent;
  let fetchDocument: FetchDocument;
  let answer: (response: ServerResponse) => void;
  let timeout: AbortController;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-issuer-'));
    const [keyFile, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const about = ['-subj', '/CN=oidc.example.com', '-addext', 'subjectAltName=DNS:oidc.example.com', '-days', '1'];
    const files = ['-keyout', keyFile, '-out', certificate];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...about], { stdio: 'ignore' });
    const cert = readFileSync(certificate, 'utf8');
    server = createServer({ key: readFileSync(keyFile, 'utf8'), cert }, (request, response) => {
      requests.push({ host: request.headers.host, headers: request.headers });
      answer(response);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    // Connections to the issuer's host name go to this machine, which only a test may do.
    const { port } = server.address() as AddressInfo;
    const connect = buildConnector({ ca: cert });
    dispatcher = new Agent({
      connect: (options, callback) =>
        connect({ ...options, hostname: '127.0.0.1', port: String(port), servername: options.hostname }, callback),
    });
    fetchDocument = documentFetcher(dispatcher);
  });
  beforeEach(() => {
    requests.length = 0;
    timeout = new AbortController();
  });
  afterAll(async () => {
    await dispatcher.destroy();
    server.close();
    server.closeAllConnections();
    rmSync(folder, { recursive: true });
  });

  const URL = 'https://oidc.example.com/keys';

  test('a document is fetched only from the host that the certificate names, without credentials', async () => {
    answer = (response) => void response.end('{"keys":[]}');
    await expect(fetchDocument(URL, timeout.signal)).resolves.toEqual({ keys: [] });
    expect(Object.keys(requests[0]?.headers ?? {}).sort()).toEqual(['accept', 'connection', 'host']);
    await expect(fetchDocument('https://other.example.com/keys', timeout.signal)).rejects.toThrow(DocumentUnavailable);
    expect(requests).toHaveLength(1);
  });

  test.each([
    ['a redirect', (response: ServerResponse) => response.writeHead(302, { location: 'https://10.0.0.1' }).end()],
    ['a server error', (response: ServerResponse) => response.writeHead(500).end('{}')],
    ['HTML', (response: ServerResponse) => response.end('<html>')],
    ['too large', (response: ServerResponse) => response.end(`"${'x'.repeat(70_000)}"`)],
    [
      'truncated',
      (response: ServerResponse) => response.writeHead(200, { 'content-length': 9 }).end('{', () => response.destroy()),
    ],
    [
      'headers without a body',
      (response: ServerResponse) => {
        response.writeHead(200).flushHeaders();
        timeout.abort();
      },
    ],
    ['missing', () => timeout.abort()],
  ])('a response that is %s fails the fetch', async (_what, answered) => {
    answer = (response) => answered(response);
    await expect(fetchDocument(URL, timeout.signal)).rejects.toThrow(DocumentUnavailable);
    expect(requests).toHaveLength(1);
  });

  test.each(['http://oidc.example.com/keys', 'https://127.0.0.1/keys', 'https://oidc.example.com:444/keys'])(
    'a document at %s is not requested',
    async (url) => {
      await expect(fetchDocument(url, timeout.signal)).rejects.toThrow(DocumentUnavailable);
      expect(requests).toEqual([]);
    },
  );
});
