import { parseIpAddress } from '../../contracts/http/ip-address';

/** An internet provider assigns at least this prefix to each of its subscribers. */
const NETWORK_BITS = 64n;

/**
 * The network of one subscriber: an IPv4 address itself, or the first 64 bits of an IPv6 address. Other text is
 * returned unchanged.
 */
export function networkOf(address: string): string {
  const parsed = parseIpAddress(address);
  if (parsed === undefined) return address;
  const { bits, value } = parsed;
  return bits === 32 ? `ipv4:${value}` : `ipv6:${value >> NETWORK_BITS}`;
}
