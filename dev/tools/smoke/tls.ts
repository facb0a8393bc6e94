import { isIP } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { failed, type Finding, verdict, ok, reasonOf, skipped } from './finding';

const TIMEOUT_MS = 10_000;
const NEWEST = 'TLS 1.3 is spoken';
const OLDER = 'TLS 1.2 is refused';

/** How the peer ends a handshake in a version that it does not speak. */
const REFUSALS = /^(ERR_SSL_|EPROTO$|ECONNRESET$)/;

export async function checkTls(origin: string): Promise<Finding[]> {
  const url = new URL(origin);
  if (url.protocol !== 'https:') {
    return [NEWEST, OLDER].map((check) => skipped(check, 'the endpoint is http: nothing to negotiate'));
  }
  const negotiated = await negotiate(url).catch((error: unknown) => failed(NEWEST, reasonOf(error)));
  if (negotiated.state === 'failed') return [negotiated, skipped(OLDER, 'without a connection nothing is refused')];
  return [negotiated, await tryOlder(url)];
}

async function negotiate(url: URL): Promise<Finding> {
  const socket = await handshake(url, 'TLSv1.3');
  const protocol = socket.getProtocol() ?? 'none';
  socket.destroy();
  return verdict(NEWEST, protocol === 'TLSv1.3', protocol);
}

async function tryOlder(url: URL): Promise<Finding> {
  let socket: TLSSocket;
  try {
    socket = await handshake(url, 'TLSv1.2', 'TLSv1.2');
  } catch (error) {
    const reason = reasonOf(error);
    return verdict(OLDER, REFUSALS.test(reason), `no handshake (${reason})`);
  }
  // CloudFront's own name shakes hands in any version, and a function behind it refuses the request.
  // Not `end`: a server may take a half-closed connection for one that was left.
  socket.write(`GET /healthz HTTP/1.1\r\nhost: ${url.host}\r\nconnection: close\r\n\r\n`);
  const answer = await text(socket).catch(() => '');
  socket.destroy();
  const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'no answer';
  if (status === '403') return ok(OLDER, 'handshake, then 403');
  return failed(OLDER, `handshake, then ${status}`);
}

function handshake(url: URL, maxVersion: SecureVersion, minVersion: SecureVersion = 'TLSv1.2'): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const socket = connect({
      host,
      port: Number(url.port || 443),
      ...(isIP(host) === 0 && { servername: host }),
      ALPNProtocols: ['http/1.1'],
      minVersion,
      maxVersion,
    });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
    socket.once('error', reject).once('secureConnect', () => resolve(socket));
  });
}
