import { parseIpAddress } from '../../contracts/http/ip-address';

/** One customer of a provider has at least these, and all addresses below them. */
const NETWORK_BITS = 64n;

/** Whose an address is: of IPv4 the address itself, of IPv6 its first 64 bits. What is no address stays as it is. */
export function networkOf(address: string): string {
  const parsed = parseIpAddress(address);
  if (parsed === undefined) return address;
  const { bits, value } = parsed;
  return bits === 32 ? `ipv4:${value}` : `ipv6:${value >> NETWORK_BITS}`;
}
