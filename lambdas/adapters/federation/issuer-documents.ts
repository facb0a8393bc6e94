import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Agent, type Dispatcher, request } from 'undici';
import { isPublicUrl } from '../../contracts/http/public-url';

/** Some thirty keys; more than any issuer publishes. */
const DOCUMENT_BYTES_MAX = 64 * 1024;
const CONNECT_MS_MAX = 3_000;

/** An issuer's document cannot be had, or must not be asked for. */
export class DocumentUnavailable extends Error {
  override readonly name = 'DocumentUnavailable';
}

/** Gets a JSON document, until it is told to stop. */
export type FetchDocument = (url: string, signal: AbortSignal) => Promise<unknown>;

const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(network, bits);
/** All but the addresses that are routed; those in which an IPv4 address hides are too. */
const PUBLIC_IPV6 = new BlockList();
PUBLIC_IPV6.addSubnet('2000::', 3, 'ipv6');
const HIDING_IPV4 = new BlockList();
HIDING_IPV4.addSubnet('2002::', 16, 'ipv6');
HIDING_IPV4.addSubnet('2001::', 32, 'ipv6');

export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !PRIVATE.check(address);
  return isIP(address) === 6 && PUBLIC_IPV6.check(address, 'ipv6') && !HIDING_IPV4.check(address, 'ipv6');
}

/** The address that is looked up is the one that is connected to: a name cannot mean another in between. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    const refusal =
      error ?? (addresses.every(({ address }) => isPublicAddress(address)) ? null : new DocumentUnavailable());
    if (refusal) callback(refusal, []);
    else if (options.all === true) callback(null, addresses);
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
  });
};

/**
 * Gets a JSON document of a host that somebody else named: over HTTPS, of a public address, of little size.
 * A redirection is not followed. Nothing of ours is sent.
 *
 * @param dispatcher @default one that connects to public addresses only
 * @throws DocumentUnavailable
 */
export function documentFetcher(dispatcher: Dispatcher = publicAgent()): FetchDocument {
  return async (url, signal) => {
    if (!isPublicUrl(url)) throw new DocumentUnavailable();
    try {
      const { statusCode, body } = await request(url, { dispatcher, signal, headers: { accept: 'application/json' } });
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of body as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (statusCode !== 200 || bytes > DOCUMENT_BYTES_MAX) throw new DocumentUnavailable();
        chunks.push(chunk);
      }
      if (statusCode !== 200) throw new DocumentUnavailable();
      return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
    } catch (cause) {
      throw new DocumentUnavailable('an issuer gives no document', { cause });
    }
  };
}

const publicAgent = (): Agent =>
  new Agent({ connect: { lookup: publicLookup, timeout: CONNECT_MS_MAX }, connections: 2, pipelining: 0 });
