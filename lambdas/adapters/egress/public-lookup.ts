import { type LookupAddress, type LookupAllOptions, lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** A host name leads to an address that is not on the public internet. */
export class AddressNotPublic extends Error {
  override readonly name = 'AddressNotPublic';
}

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

/** Resolves a host name to all of its addresses, as `lookup` of node:dns does. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Resolves a host name and refuses it if any address is private. The connection uses the addresses that were checked,
 * so the name cannot resolve to another address in between (DNS rebinding).
 */
export const publicLookupBy =
  (resolve: Resolve): LookupFunction =>
  (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const refusal =
        error ?? (addresses.every(({ address }) => isPublicAddress(address)) ? null : new AddressNotPublic());
      if (refusal) callback(refusal, []);
      else if (options.all === true) callback(null, addresses);
      else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
    });
  };

export const publicLookup: LookupFunction = publicLookupBy(systemLookup);
