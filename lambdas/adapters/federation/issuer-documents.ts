import { lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { Agent, type Dispatcher, request } from 'undici';
import { isPublicUrl } from '../../contracts/http/public-url';

/** Enough for about thirty keys, which is more than any issuer publishes. */
const DOCUMENT_BYTES_MAX = 64 * 1024;
const CONNECT_MS_MAX = 3_000;

/** An issuer's document could not be fetched, or its address is not allowed. */
export class DocumentUnavailable extends Error {
  override readonly name = 'DocumentUnavailable';
}

/** Fetches and parses a JSON document. */
export type FetchDocument = (url: string, signal: AbortSignal) => Promise<unknown>;

const PRIVATE_IPV4 = new BlockList();
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
  PRIVATE_IPV4.addSubnet(network, bits);
/** The range of globally routed addresses. */
const ROUTED_IPV6 = new BlockList();
ROUTED_IPV6.addSubnet('2000::', 3, 'ipv6');
/** 6to4 and Teredo addresses embed an IPv4 address, which could be private. */
const TUNNELLED_IPV4 = new BlockList();
TUNNELLED_IPV4.addSubnet('2002::', 16, 'ipv6');
TUNNELLED_IPV4.addSubnet('2001::', 32, 'ipv6');

export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !PRIVATE_IPV4.check(address);
  return isIP(address) === 6 && ROUTED_IPV6.check(address, 'ipv6') && !TUNNELLED_IPV4.check(address, 'ipv6');
}

/**
 * Resolves a host name and refuses it if any address is private. The connection uses the addresses that were checked,
 * so the name cannot resolve to another address in between (DNS rebinding).
 */
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
 * Creates a fetcher for JSON documents at untrusted URLs. It connects only over HTTPS and only to public addresses,
 * limits the size, does not follow redirects, and sends no credentials.
 *
 * @param dispatcher @default an agent that connects to public addresses only
 * @returns a fetcher that throws DocumentUnavailable when it cannot return a document
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
      throw new DocumentUnavailable('an issuer’s document could not be fetched', { cause });
    }
  };
}

const publicAgent = (): Agent =>
  new Agent({ connect: { lookup: publicLookup, timeout: CONNECT_MS_MAX }, connections: 2, pipelining: 0 });
