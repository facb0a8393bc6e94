import { isIPv6 } from 'node:net';

const IPV6_GROUPS = 8;
/** One customer of a provider has at least these, and all addresses below them. */
const NETWORK_GROUPS = 4;
const MAPPED_IPV4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Whose an address is: of IPv4 the address itself, of IPv6 its first 64 bits. What is no address stays as it is. */
export function networkOf(address: string): string {
  const ipv4 = MAPPED_IPV4.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4;
  if (!isIPv6(address)) return address;
  const [before = [], behind = []] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(Math.max(0, IPV6_GROUPS - before.length - behind.length)).fill('0');
  const groups = [...before, ...zeros, ...behind].map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
  return groups.slice(0, NETWORK_GROUPS).join(':');
}
