import { isIP } from 'node:net';
import { text } from 'node:stream/consumers';
import { connect, type SecureVersion, type TLSSocket } from 'node:tls';
import { GUARDED_PATHS } from './tls-guard-check';
import { failed, type Finding, verdict, ok, reasonOf, skipped } from './finding';

const TIMEOUT_MS = 10_000;
const NEWEST = 'TLS 1.3 is supported';
const OLDER = 'TLS 1.2 is refused';

/** The error codes with which a handshake fails when the server does not support the version. */
const REFUSALS = /^(ERR_SSL_|EPROTO$|ECONNRESET$)/;

export async function checkTls(origin: string): Promise<Finding[]> {
  const url = new URL(origin);
  if (url.protocol !== 'https:') {
    return [NEWEST, OLDER].map((check) => skipped(check, 'the endpoint uses http'));
  }
  const negotiated = await negotiate(url).catch((error: unknown) => failed(NEWEST, reasonOf(error)));
  if (negotiated.state === 'failed') return [negotiated, skipped(OLDER, 'no connection could be made at all')];
  return [negotiated, await tryOlder(url)];
}

async function negotiate(url: URL): Promise<Finding> {
  const socket = await handshake(url, 'TLSv1.3');
  const protocol = socket.getProtocol() ?? 'none';
  socket.destroy();
  return verdict(NEWEST, protocol === 'TLSv1.3', protocol);
}

async function tryOlder(url: URL): Promise<Finding> {
  for (const path of GUARDED_PATHS) {
    let socket: TLSSocket;
    try {
      socket = await handshake(url, 'TLSv1.2', 'TLSv1.2');
    } catch (error) {
      const reason = reasonOf(error);
      return verdict(OLDER, REFUSALS.test(reason), `no handshake (${reason})`);
    }
    // CloudFront's default domain accepts a handshake in any version, and a function behind it refuses the request.
    const status = await statusOver(socket, url.host, path);
    if (status !== '403') return failed(OLDER, `handshake, then ${status} at ${path}`);
  }
  return ok(OLDER, 'handshake, then 403');
}

/** Sends one request. It does not half-close the connection, because a server may treat that as a disconnect. */
async function statusOver(socket: TLSSocket, host: string, path: string): Promise<string> {
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  const answer = await text(socket).catch(() => '');
  socket.destroy();
  return /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'no answer';
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
